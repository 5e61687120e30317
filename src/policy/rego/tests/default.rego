# What is denied or asked about on top of the constitution. It can only tighten: nothing here allows an action.
package somagent

import rego.v1

# Where a write changes how this machine starts, whom it trusts, or who may enter it.
guarded := ["/etc/", "/boot/", "/usr/", "/root/.ssh/"]

deny contains reason if {
	input.situation.mode == "production"
	some access in input.action.accesses
	access.kind == "write"
	some prefix in guarded
	startswith(access.path, prefix)
	reason := sprintf("%s writes %s, which is below %s, in production", [input.action.name, access.path, prefix])
}

ask contains reason if {
	input.action.effect == "external"
	not input.situation.offline
	count(input.situation.hosts) > 3
	reason := sprintf("%s may reach %d hosts at once", [input.action.name, count(input.situation.hosts)])
}

ask contains reason if {
	some term in input.terms
	term.feature == "reversibility"
	term.amount >= 300
	input.score >= 600
	reason := sprintf("%s cannot be taken back and scores %d", [input.action.name, input.score])
}
