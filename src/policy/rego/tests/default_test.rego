package somagent_test

import data.somagent
import rego.v1

write(path) := {
	"action": {
		"name": "fs.write",
		"args": {},
		"effect": "local",
		"accesses": [{"kind": "write", "path": path}],
	},
	"situation": {"mode": "production", "actor": "user:x", "offline": false, "hosts": []},
	"score": 100,
	"terms": [],
}

fetch(hosts, offline) := {
	"action": {"name": "http.get", "args": {}, "effect": "external", "accesses": []},
	"situation": {"mode": "development", "actor": "user:x", "offline": offline, "hosts": hosts},
	"score": 100,
	"terms": [],
}

final(amount, score) := {
	"action": {"name": "mail.send", "args": {}, "effect": "external", "accesses": []},
	"situation": {"mode": "development", "actor": "user:x", "offline": false, "hosts": []},
	"score": score,
	"terms": [{"feature": "reversibility", "amount": amount}],
}

test_system_paths_are_denied_in_production if {
	reasons := somagent.deny with input as write("/etc/passwd")
	reasons == {"fs.write writes /etc/passwd, which is below /etc/, in production"}
}

test_other_paths_are_not if {
	count(somagent.deny) == 0 with input as write("/home/x/notes")
}

test_many_hosts_are_asked_about if {
	reasons := somagent.ask with input as fetch(["a", "b", "c", "d"], false)
	reasons == {"http.get may reach 4 hosts at once"}
}

test_few_hosts_are_not if {
	count(somagent.ask) == 0 with input as fetch(["a"], false)
}

test_offline_nothing_is_reached if {
	count(somagent.ask) == 0 with input as fetch(["a", "b", "c", "d"], true)
}

test_what_cannot_be_taken_back_is_asked_about if {
	reasons := somagent.ask with input as final(300, 700)
	reasons == {"mail.send cannot be taken back and scores 700"}
}

test_a_low_score_is_not_asked_about if {
	count(somagent.ask) == 0 with input as final(300, 599)
}
