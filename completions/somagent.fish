# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_somagent_global_optspecs
    string join \n o/output= q/quiet color= no-input screen-reader C= offline h/help V/version
end

function __fish_somagent_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_somagent_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_somagent_using_subcommand
    set -l cmd (__fish_somagent_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c somagent -n "__fish_somagent_needs_command" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_needs_command" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_needs_command" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_needs_command" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_needs_command" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_needs_command" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_needs_command" -s V -l version -d 'Print version'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "run" -d 'Run a capsule'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "ask" -d 'Ask a model one question'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "chat" -d 'Talk with a model'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "runs" -d 'Look at runs, and say what becomes of them'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "approvals" -d 'See what waits for somebody, and decide it'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "budget" -d 'See and change what a run may spend'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "mode" -d 'See and change the deployment mode of the store'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "elevate" -d 'Let a looser mode be in force for a time, and only for that'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "capsule" -d 'Make, read, check, draw and lock capsules'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "model" -d 'List, fetch and look at on-device models'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "tool" -d 'List tools, read their contracts, and try them'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "mcp" -d 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "policy" -d 'Ask what may happen, and why'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "constitution" -d 'Read, verify, compare and change what agents may do'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "audit" -d 'Read and verify the audit log'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "init" -d 'Set everything up: directories, key, constitution, store, default model'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand run" -s p -l param -d 'An input of the capsule, as key=value; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l params-file -d 'A file of inputs, as JSON or YAML; `-p` wins over it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand run" -l idempotency-key -d 'Find the run that this key began, and go on with it, instead of beginning another' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l seed -d 'Seed of everything random, so that a run can be repeated' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -s m -l model -d 'The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l escalate-to -d 'The model that is asked where a step with `escalate_below` is not sure enough' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l max-tokens -d 'The most tokens that models may read and write, instead of what the capsule says' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l max-cost -d 'The most dollars that it may cost, instead of what the capsule says' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l timeout -d 'When it must be over at the latest, waiting included: 90s, 30m, 2h' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand run" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand run" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand run" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand run" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand run" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand run" -l dry-run -d 'Say what would be done, judge what can be judged, and do nothing'
complete -c somagent -n "__fish_somagent_using_subcommand run" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand run" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand run" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand run" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s m -l model -d 'The model: a name that `somagent model list` shows, or the path of a GGUF file' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s f -l file -d 'A file that the question is about; may be given more than once' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l choices -d 'The answer is one of these, chosen by their exact probabilities' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l escalate-to -d 'The model that is asked when the first is less sure of its choice than `--escalate-below`; its answer counts' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l escalate-below -d 'From which confidence on a choice counts' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l schema -d 'The answer is JSON under this JSON Schema: a file, or the schema itself; an answer that is a text is printed without quotes' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l pattern -d 'The answer is a text that this regular expression matches as a whole' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l functions -d 'The answer is a call of one of these functions, as JSON: a file, or a list of `name`, `description` and `parameters` (a JSON Schema)' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l system -d 'What the model is told of its task before everything else' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l max-output-tokens -d 'The most tokens of the answer' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l temperature -d '0 takes the likeliest word each time, 1 draws from what the model thinks likely' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l top-p -d 'Only the likeliest words that together have this share are drawn' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l min-p -d 'Words less likely than this share of the likeliest are not drawn' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l repetition-penalty -d 'Above 1, what was written lately becomes less likely' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l stop -d 'A text that ends the answer before it; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l seed -d 'Seed of what is drawn, so that an answer can be repeated' -r
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l overflow -d 'What becomes of material that does not fit into the model\'s context' -r -f -a "refuse\t'The question is refused'
keep-start\t'The beginning stays'
keep-end\t'The end stays'
keep-ends\t'Beginning and end stay'"
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l stdin -d 'Standard input is what the question is about'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l calibrate -d 'Judges the choices against what they are when there is nothing to judge'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand ask" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s m -l model -d 'The model: a name that `somagent model list` shows, or the path of a GGUF file' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s f -l file -d 'A file that the conversation is about; may be given more than once' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l resume -d 'Go on from this turn of an earlier conversation: its run, or a part of its id that only one run has' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l system -d 'What the model is told of its task before everything else' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l max-output-tokens -d 'The most tokens of the answer' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l temperature -d '0 takes the likeliest word each time, 1 draws from what the model thinks likely' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l top-p -d 'Only the likeliest words that together have this share are drawn' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l min-p -d 'Words less likely than this share of the likeliest are not drawn' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l repetition-penalty -d 'Above 1, what was written lately becomes less likely' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l stop -d 'A text that ends the answer before it; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l seed -d 'Seed of what is drawn, so that an answer can be repeated' -r
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l overflow -d 'What becomes of material that does not fit into the model\'s context' -r -f -a "refuse\t'The question is refused'
keep-start\t'The beginning stays'
keep-end\t'The end stays'
keep-ends\t'Beginning and end stay'"
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand chat" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand chat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "show" -d 'Show one run: its steps, what it waits for, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "watch" -d 'Print what a run does while it does it, from its beginning'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "wait" -d 'Wait until a run is over, or until nobody drives it any more'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "resume" -d 'Go on with an interrupted, parked or paused run'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "pause" -d 'Begin nothing new in a run until it is resumed'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "cancel" -d 'End a run, undoing what can be undone'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "retry" -d 'Do failed steps again, or those that are named, with all that needs them'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "fork" -d 'Begin a new run that takes over what another one has done before a step'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "diff" -d 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "replay" -d 'Decide a recorded run again, and hold what comes out against the record'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "export" -d 'Write a run and all that its steps began as one file that explains and verifies itself'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs watch wait resume pause cancel retry fork diff replay export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s n -l limit -d 'How many' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l status -d 'Only those that stand like this' -r -f -a "running\t''
queued\t''
waiting\t''
paused\t''
cancelling\t''
interrupted\t''
succeeded\t''
failed\t''
denied\t''
cancelled\t''"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l capsule -d 'Only those of this capsule' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l parent -d 'Only those that a step of this run has begun' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -l timeout -d 'How long at most: 90s, 30m, 2h' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l grace -d 'How long effects in flight get to end by themselves: 0s, 10s, 2m' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l at -d 'The step to begin with' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -s p -l param -d 'An input that is another one, as key=value; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from fork" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -l exit-code -d 'End with 20 when they differ'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -l out -d 'The file to write; without it, standard output' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one run: its steps, what it waits for, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Print what a run does while it does it, from its beginning'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "wait" -d 'Wait until a run is over, or until nobody drives it any more'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Go on with an interrupted, parked or paused run'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "pause" -d 'Begin nothing new in a run until it is resumed'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'End a run, undoing what can be undone'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Do failed steps again, or those that are named, with all that needs them'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "fork" -d 'Begin a new run that takes over what another one has done before a step'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "diff" -d 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "replay" -d 'Decide a recorded run again, and hold what comes out against the record'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write a run and all that its steps began as one file that explains and verifies itself'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "list" -d 'List what waits for somebody, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "show" -d 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "approve" -d 'Say yes: the action, the gate or the text may pass'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "deny" -d 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "answer" -d 'Answer with one of the choices, and fill in the form'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and not __fish_seen_subcommand_from list show approve deny answer help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l run -d 'Only those of this run' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -s n -l limit -d 'How many' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l all -d 'Also those that are decided'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l remember -d 'Not to be asked about the same again in this run; with `capsule` or `user`, for later runs of this capsule or of this account, too, once the constitution that is proposed for it is signed and activated' -r -f -a "run\t'In this run'
capsule\t'In later runs of this very capsule, too'
user\t'In later runs on behalf of the same account, too'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from deny" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l choice -d 'One of the choices that `somagent approvals show` lists' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -s p -l param -d 'A field of the form, as key=value, read as the type that the form asks for; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from answer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what waits for somebody, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "approve" -d 'Say yes: the action, the gate or the text may pass'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "deny" -d 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "answer" -d 'Answer with one of the choices, and fill in the form'
complete -c somagent -n "__fish_somagent_using_subcommand approvals; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -f -a "show" -d 'Show what a run may spend, holds for what is in flight, and has spent'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -f -a "set" -d 'Change what a run may spend, and go on with it when it paused for its budget'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and not __fish_seen_subcommand_from show set help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l step -d 'Of one step instead of the whole run' -r
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l park -d 'Only record the bounds: `somagent runs resume` goes on'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what a run may spend, holds for what is in flight, and has spent'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "set" -d 'Change what a run may spend, and go on with it when it paused for its budget'
complete -c somagent -n "__fish_somagent_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -f -a "show" -d 'Show what each mode changes, which one is in force, and where that comes from'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -f -a "set" -d 'Record another deployment mode'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and not __fish_seen_subcommand_from show set help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -s y -l yes -d 'Record a looser mode without being asked'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what each mode changes, which one is in force, and where that comes from'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from help" -f -a "set" -d 'Record another deployment mode'
complete -c somagent -n "__fish_somagent_using_subcommand mode; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l to -d 'developer, training, test, production or production-enterprise, perhaps with `-debug`' -r
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l for -d 'How long: 90s, 15m, 2h' -r
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l reason -d 'Why, for the record' -r
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l end -d 'End the elevation now'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand elevate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "new" -d 'Write a small capsule that works, to begin with'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "list" -d 'List the capsules that can be run by name'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "show" -d 'Show a capsule: inputs, steps, budget, digest'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "graph" -d 'Draw the steps of a capsule and what each needs'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "lint" -d 'Check a capsule and show every problem in its place'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "explain" -d 'Say at length what a problem code means'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "lock" -d 'Pin a capsule to what it means now'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "migrate" -d 'Rewrite a capsule of an older format'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l from -d 'Begin with a built-in capsule (`somagent capsule list`) instead' -r
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l output-file -d 'Where to write it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l source -d 'Print the text as it is'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l format -d 'The form of the drawing' -r -f -a "text\t'For a terminal'
dot\t'For Graphviz: pipe it into `dot -Tsvg`'
svg\t'A picture, for a page'
png\t'A picture in pixels, for where SVG is not taken'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l scale -d 'Pixels of a PNG for each of the SVG, along and down' -r
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l output-file -d 'Write it to a file, over one that is there' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l fix -d 'Mend in the file what can be mended in one way only, and check again'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -l check -d 'Compare with the lock that is there, and write nothing'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lock" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -l write -d 'Replace the file instead of printing the text'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "new" -d 'Write a small capsule that works, to begin with'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the capsules that can be run by name'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a capsule: inputs, steps, budget, digest'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "graph" -d 'Draw the steps of a capsule and what each needs'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "lint" -d 'Check a capsule and show every problem in its place'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Say at length what a problem code means'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "lock" -d 'Pin a capsule to what it means now'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "migrate" -d 'Rewrite a capsule of an older format'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "list" -d 'List the models that are known here, and which of them fit into memory now'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "pull" -d 'Fetch a model and check its digests'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "show" -d 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "remove" -d 'Remove a model\'s files, with all that was made of them'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "bench" -d 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "embed" -d 'Print texts as vectors: what is alike in meaning has a small angle between'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "head" -d 'Train heads from examples, and ask them what a text is'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show remove bench embed head help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l from -d 'Take it from this file instead of the network; of a model with several files, the directory that holds them' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l prompt-tokens -d 'Tokens to read' -r
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l output-tokens -d 'Tokens to write' -r
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l runs -d 'How often' -r
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l peer -d 'A `llama-bench` of llama.cpp to compare with' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l quality -d 'How well it predicts a text, or chooses the labels of a `.jsonl` of `text` and `label` (200 items of it), instead of how fast it is; may be given more than once' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from bench" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -s m -l model -d 'The model: a name of kind `embedding` that `somagent model list` shows' -r
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -l stdin -d 'Each line of standard input is a text'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from embed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "train" -d 'Train a head from examples'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "list" -d 'List the heads that are here, every version of them'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "show" -d 'Show a head: labels, what it was trained from, how good it is, its rules'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "eval" -d 'Measure a head on examples that it was not trained from'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "classify" -d 'Say what texts are'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from head" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the models that are known here, and which of them fit into memory now'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "pull" -d 'Fetch a model and check its digests'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a model\'s files, with all that was made of them'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "bench" -d 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "embed" -d 'Print texts as vectors: what is alike in meaning has a small angle between'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "head" -d 'Train heads from examples, and ask them what a text is'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "list" -d 'List what capsules can act with: each action, what it touches and what a repetition would do'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "show" -d 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "explain" -d 'Say in words what a call would do, and what the constitution in force says of it'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "test" -d 'Call an action once, as a run of one step'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "health" -d 'Check whether what each tool needs of this machine is there'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and not __fish_seen_subcommand_from list show explain test health help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -s p -l param -d 'An argument; a value that is JSON is taken as that unless the action wants a text' -r
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -l args -d 'All arguments as a JSON object; single ones win over it' -r
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -s p -l param -d 'An argument; a value that is JSON is taken as that unless the action wants a text' -r
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l args -d 'All arguments as a JSON object; single ones win over it' -r
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l approval -d 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks' -r -f -a "prompt\t'It is asked on the terminal; where there is none, the run parks'
park\t'The run parks once nothing else goes on, and the command ends with 5'
deny\t'It is answered with `reject`; whether an interrupted effect happened is never decided like that'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l junit -d 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from health" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what capsules can act with: each action, what it touches and what a repetition would do'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Say in words what a call would do, and what the constitution in force says of it'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "test" -d 'Call an action once, as a run of one step'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "health" -d 'Check whether what each tool needs of this machine is there'
complete -c somagent -n "__fish_somagent_using_subcommand tool; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "add" -d 'Attach a server: start it, show what it offers, and approve that'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "list" -d 'List the attached servers: what each may do, and whether its tools are approved'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "test" -d 'Start a server and compare what it offers with what was approved'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "approve" -d 'Approve what a server offers now, in place of what was approved before'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "import" -d 'Take over the servers of a configuration of Claude, VS Code or another client'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "remove" -d 'Detach a server, and forget what was approved of it'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and not __fish_seen_subcommand_from add list test approve import remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l url -d 'The address of a server that is no program' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l header -d 'A header of requests to the address' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l env -d 'A variable of the program\'s environment' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l read -d 'A file or directory that the program may read' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l write -d 'A directory that the program may change' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l host -d 'A server that the program may reach: `https://api.example`' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l timeout -d 'How long a call may take: 90s, 15m' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l protocol -d 'The version of the protocol that it speaks, where finding that out fails' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l no-sandbox -d 'Let the program do whatever you can'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -s y -l yes -d 'Approve what it offers without being asked'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -s y -l yes -d 'Approve what it offers without being asked'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -l only -d 'Only these servers' -r
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "add" -d 'Attach a server: start it, show what it offers, and approve that'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the attached servers: what each may do, and whether its tools are approved'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "test" -d 'Start a server and compare what it offers with what was approved'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "approve" -d 'Approve what a server offers now, in place of what was approved before'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "import" -d 'Take over the servers of a configuration of Claude, VS Code or another client'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Detach a server, and forget what was approved of it'
complete -c somagent -n "__fish_somagent_using_subcommand mcp; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "check" -d 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "explain" -d 'Say why the actions of a run were allowed, asked about or denied'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "replay" -d 'Decide the recorded actions of a run again under another constitution, and show what would differ'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "suggest" -d 'Find what past approvals say need not be asked again, with the evidence'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "test" -d 'Run the tests of policies in Rego, as OPA runs them'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and not __fish_seen_subcommand_from check explain replay suggest test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l constitution -d 'Ask this constitution, signed or not, instead of the one in force' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l jsonl -d 'Read one object a line and write one verdict a line, as each is read'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -l constitution -d 'The other constitution; without it, the one that a new store begins with' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l at-least -d 'How many approvals make a rule worth it' -r
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s n -l limit -d 'How many of the newest approvals are looked at' -r
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l propose -d 'Propose the constitution in force with all of it under `remembered`'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "check" -d 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Say why the actions of a run were allowed, asked about or denied'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "replay" -d 'Decide the recorded actions of a run again under another constitution, and show what would differ'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "suggest" -d 'Find what past approvals say need not be asked again, with the evidence'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "test" -d 'Run the tests of policies in Rego, as OPA runs them'
complete -c somagent -n "__fish_somagent_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "show" -d 'Show the constitution in force: articles, rules in words, the score, and who signed it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "verify" -d 'Verify the constitution in force, or a file, against the keys that this store trusts'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "diff" -d 'Say what one constitution changes of another, and whether that is looser or stricter'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "check" -d 'Find what nobody sees by reading a constitution, each with an action that shows it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "propose" -d 'Lay down a text to be signed, and say what it would change'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "sign" -d 'Sign the proposed constitution, with the key of this installation or another trusted one'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "activate" -d 'Put the proposed constitution in force, once enough trusted keys have signed it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "keys" -d 'See and change whose signatures count'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and not __fish_seen_subcommand_from show verify diff check propose sign activate keys help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -l text -d 'Print its text; that of a shipped one with a version above the one in force, as `propose` takes it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -l signatures -d 'Its signatures; without it, FILE.sig' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from propose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l key -d 'An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l text -d 'Sign this text instead of what is proposed' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l out -d 'Where the signature over it goes' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -s y -l yes -d 'Put it in force without being asked'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from activate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -f -a "show" -d 'Show the keys whose signatures count, and those that are proposed'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -f -a "propose" -d 'Lay down a set of keys to be signed'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -f -a "sign" -d 'Sign the proposed keys, with the key of this installation or another one'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -f -a "activate" -d 'Let the signatures of the proposed keys count, and no others'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from keys" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the constitution in force: articles, rules in words, the score, and who signed it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify the constitution in force, or a file, against the keys that this store trusts'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "diff" -d 'Say what one constitution changes of another, and whether that is looser or stricter'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "check" -d 'Find what nobody sees by reading a constitution, each with an action that shows it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "propose" -d 'Lay down a text to be signed, and say what it would change'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "sign" -d 'Sign the proposed constitution, with the key of this installation or another trusted one'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "activate" -d 'Put the proposed constitution in force, once enough trusted keys have signed it'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "keys" -d 'See and change whose signatures count'
complete -c somagent -n "__fish_somagent_using_subcommand constitution; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -f -a "verify" -d 'Verify every stored byte of the log'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -f -a "tail" -d 'Print the last events of the store'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -l since -d 'A checkpoint that was kept elsewhere: the log must contain it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s n -l limit -d 'How many' -r
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify every stored byte of the log'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "tail" -d 'Print the last events of the store'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand init" -l trust -d 'A key whose signature counts, instead of that of this installation: `ed25519:…` or the file of a public key; give it once for each' -r
complete -c somagent -n "__fish_somagent_using_subcommand init" -l threshold -d 'How many of them have to sign a constitution, and other keys' -r
complete -c somagent -n "__fish_somagent_using_subcommand init" -l constitution -d 'The constitution that they signed; without it, the one that a store begins with' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand init" -l signatures -d 'Its signatures; give it once for each file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand init" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand init" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand init" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand init" -s y -l yes -d 'Do not ask; for scripts'
complete -c somagent -n "__fish_somagent_using_subcommand init" -l no-model -d 'Leave the model for later'
complete -c somagent -n "__fish_somagent_using_subcommand init" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand init" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand init" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand init" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l events -d 'Events in the scratch store' -r
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l bench -d 'Measure what the dashboard costs as well, beside its limits'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand version" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand version" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand version" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand version" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand version" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand version" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand version" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand completion" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand completion" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand completion" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand completion" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand completion" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand completion" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand completion" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand completion" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand man" -l dir -d 'Write the pages of all commands into this directory instead' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand man" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand man" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand man" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand man" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand man" -l screen-reader -d 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
complete -c somagent -n "__fish_somagent_using_subcommand man" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "run" -d 'Run a capsule'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "ask" -d 'Ask a model one question'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "chat" -d 'Talk with a model'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "runs" -d 'Look at runs, and say what becomes of them'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "approvals" -d 'See what waits for somebody, and decide it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "budget" -d 'See and change what a run may spend'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "mode" -d 'See and change the deployment mode of the store'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "elevate" -d 'Let a looser mode be in force for a time, and only for that'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "capsule" -d 'Make, read, check, draw and lock capsules'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "model" -d 'List, fetch and look at on-device models'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "tool" -d 'List tools, read their contracts, and try them'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "mcp" -d 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "policy" -d 'Ask what may happen, and why'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "constitution" -d 'Read, verify, compare and change what agents may do'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "audit" -d 'Read and verify the audit log'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "init" -d 'Set everything up: directories, key, constitution, store, default model'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run ask chat runs approvals budget mode elevate capsule model tool mcp policy constitution audit init doctor version completion man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "show" -d 'Show one run: its steps, what it waits for, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "watch" -d 'Print what a run does while it does it, from its beginning'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "wait" -d 'Wait until a run is over, or until nobody drives it any more'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "resume" -d 'Go on with an interrupted, parked or paused run'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "pause" -d 'Begin nothing new in a run until it is resumed'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "cancel" -d 'End a run, undoing what can be undone'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "retry" -d 'Do failed steps again, or those that are named, with all that needs them'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "fork" -d 'Begin a new run that takes over what another one has done before a step'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "diff" -d 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "replay" -d 'Decide a recorded run again, and hold what comes out against the record'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "export" -d 'Write a run and all that its steps began as one file that explains and verifies itself'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "list" -d 'List what waits for somebody, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "show" -d 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "approve" -d 'Say yes: the action, the gate or the text may pass'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "deny" -d 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from approvals" -f -a "answer" -d 'Answer with one of the choices, and fill in the form'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from budget" -f -a "show" -d 'Show what a run may spend, holds for what is in flight, and has spent'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from budget" -f -a "set" -d 'Change what a run may spend, and go on with it when it paused for its budget'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mode" -f -a "show" -d 'Show what each mode changes, which one is in force, and where that comes from'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mode" -f -a "set" -d 'Record another deployment mode'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "new" -d 'Write a small capsule that works, to begin with'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "list" -d 'List the capsules that can be run by name'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "show" -d 'Show a capsule: inputs, steps, budget, digest'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "graph" -d 'Draw the steps of a capsule and what each needs'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "lint" -d 'Check a capsule and show every problem in its place'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "explain" -d 'Say at length what a problem code means'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "lock" -d 'Pin a capsule to what it means now'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "migrate" -d 'Rewrite a capsule of an older format'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "list" -d 'List the models that are known here, and which of them fit into memory now'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "pull" -d 'Fetch a model and check its digests'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "show" -d 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "remove" -d 'Remove a model\'s files, with all that was made of them'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "bench" -d 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "embed" -d 'Print texts as vectors: what is alike in meaning has a small angle between'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "head" -d 'Train heads from examples, and ask them what a text is'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "list" -d 'List what capsules can act with: each action, what it touches and what a repetition would do'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "show" -d 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "explain" -d 'Say in words what a call would do, and what the constitution in force says of it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "test" -d 'Call an action once, as a run of one step'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from tool" -f -a "health" -d 'Check whether what each tool needs of this machine is there'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "add" -d 'Attach a server: start it, show what it offers, and approve that'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "list" -d 'List the attached servers: what each may do, and whether its tools are approved'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "test" -d 'Start a server and compare what it offers with what was approved'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "approve" -d 'Approve what a server offers now, in place of what was approved before'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "import" -d 'Take over the servers of a configuration of Claude, VS Code or another client'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from mcp" -f -a "remove" -d 'Detach a server, and forget what was approved of it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "check" -d 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "explain" -d 'Say why the actions of a run were allowed, asked about or denied'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "replay" -d 'Decide the recorded actions of a run again under another constitution, and show what would differ'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "suggest" -d 'Find what past approvals say need not be asked again, with the evidence'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "test" -d 'Run the tests of policies in Rego, as OPA runs them'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "show" -d 'Show the constitution in force: articles, rules in words, the score, and who signed it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "verify" -d 'Verify the constitution in force, or a file, against the keys that this store trusts'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "diff" -d 'Say what one constitution changes of another, and whether that is looser or stricter'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "check" -d 'Find what nobody sees by reading a constitution, each with an action that shows it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "propose" -d 'Lay down a text to be signed, and say what it would change'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "sign" -d 'Sign the proposed constitution, with the key of this installation or another trusted one'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "activate" -d 'Put the proposed constitution in force, once enough trusted keys have signed it'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from constitution" -f -a "keys" -d 'See and change whose signatures count'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Verify every stored byte of the log'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "tail" -d 'Print the last events of the store'
