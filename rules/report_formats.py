"""The findings of a rules file for machines: JSON, GitHub annotations, and SARIF for code scanning."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rules.codes import CODES, Level
from rules.findings import Finding, Report

_GITHUB = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
_SARIF = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def as_json(report: Report) -> str:
    """One object: file, counts, and the findings with code, level, place, text and suggestion."""
    content = {
        "file": report.file,
        "errors": report.errors,
        "warnings": report.count(Level.WARNING),
        "hints": report.count(Level.INFO),
        "findings": [_finding(finding) for finding in report.findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "slug": CODES[finding.code].slug,
        "level": finding.level.value,
        "line": finding.place.line,
        "column": finding.place.column,
        "text": finding.text,
        "suggestion": finding.suggestion,
        "rule": finding.rule,
    }


def as_github(report: Report) -> str:
    """GitHub Actions workflow commands: each finding becomes a note at its line."""
    return "\n".join(
        f"::{_GITHUB[finding.level]} file={_property(report.file)},line={finding.place.line},"
        f"col={finding.place.column},title={finding.code} {CODES[finding.code].slug}::{_data(finding.text)}"
        for finding in report.findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0 (OASIS), as code scanning services read it."""
    used = sorted({finding.code for finding in report.findings})
    rules = [
        {"id": code, "name": CODES[code].slug, "shortDescription": {"text": CODES[code].why}} for code in used
    ]
    results = [
        {
            "ruleId": finding.code,
            "level": _SARIF[finding.level],
            "message": {"text": finding.text},
            "locations": [{"physicalLocation": _location(report.file, finding)}],
        }
        for finding in report.findings
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "hotdash rules", "rules": rules}}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _location(file: str, finding: Finding) -> dict[str, Any]:
    region = {"startLine": finding.place.line, "startColumn": finding.place.column}
    return {"artifactLocation": {"uri": file}, "region": region}


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": Report.as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
