"""`junit`: a suite per model and device, a case per rule; what fails the gate is a failure."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from costlint.analyzers.finding import Finding
from costlint.reports.as_concise import summary
from costlint.reports.caveats import caveats
from costlint.reports.places import headline, model_path, sentence
from costlint.reports.report import Gate, ModelReport, Report
from costlint.reports.text import visible


def render(report: Report) -> str:
    """XML in ASCII. Findings that do not fail the gate are output of a passed case.

    The caveats of a model are the output of its suite.
    """
    root = Element("testsuites", name="costlint")
    for model in report.models:
        root.append(_suite(model, report.gate))
    if report.gate.reasons:
        root.append(_gate(report.gate))
    for key in ("tests", "failures"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    indent(root)
    body: bytes = tostring(root, "us-ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body.decode("ascii")}\n'


def _suite(model: ModelReport, gate: Gate) -> Element:
    suite = Element("testsuite", name=visible(model.title))
    classname = f"costlint.{model_path(model)}"
    by_rule: dict[str, list[Finding]] = {}
    for finding in model.open_findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    device = visible(model.device.name) if model.device else "no device"
    for rule, findings in by_rule.items():
        case = SubElement(suite, "testcase", classname=classname, name=f"{device}: {visible(rule)}")
        text = "\n".join(f"{headline(f)}. {sentence(f, model)}" for f in findings)
        failing = [finding for finding in findings if gate.fails(finding.severity)]
        if failing:
            message = headline(failing[0])
            failure = SubElement(case, "failure", type=failing[0].severity, message=message)
            failure.text = text
        else:
            SubElement(case, "system-out").text = text
    if not by_rule:
        case = SubElement(suite, "testcase", classname=classname, name=f"{device}: {_calm(model)}")
        SubElement(case, "system-out").text = visible(summary(model))
    told = [visible(caveat.text) for caveat in caveats(model)]
    if told:
        SubElement(suite, "system-out").text = "\n".join(told)
    return _counted(suite)


def _calm(model: ModelReport) -> str:
    return "no findings" if model.analyzed else "counted" if model.device is None else "predicted"


def _gate(gate: Gate) -> Element:
    suite = Element("testsuite", name="gate")
    for reason in gate.reasons:
        case = SubElement(suite, "testcase", classname="costlint.gate", name=visible(reason))
        if not gate.passed:
            SubElement(case, "failure", type="gate", message=visible(reason))
    return _counted(suite)


def _counted(suite: Element) -> Element:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("*/failure"))))
    return suite
