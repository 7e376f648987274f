"""Facts in, decision out: triage and escalation by the rules that a support lead writes."""
