"""What each op and the whole graph cost, without a device or a clock."""
