"""What a kernel takes on a device: amounts of work, times what the device asks for each."""
