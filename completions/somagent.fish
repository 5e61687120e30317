# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_somagent_global_optspecs
    string join \n o/output= q/quiet color= no-input C= offline h/help V/version
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
complete -c somagent -n "__fish_somagent_needs_command" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_needs_command" -s V -l version -d 'Print version'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "run" -d 'Run a capsule'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "runs" -d 'Look at runs and go on with interrupted ones'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "capsule" -d 'Make, read, check, draw and lock capsules'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "model" -d 'List, fetch and look at on-device models'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "audit" -d 'Read and verify the audit log'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "init" -d 'Set everything up: directories, key, constitution, store, default model'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand run" -s p -l param -d 'An input of the capsule, as key=value; may be given more than once' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l idempotency-key -d 'Find the run that this key began, and go on with it, instead of beginning another' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l seed -d 'Seed of everything random, so that a run can be repeated' -r
complete -c somagent -n "__fish_somagent_using_subcommand run" -l output-file -d 'Also write the main output to a file' -r -F
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
complete -c somagent -n "__fish_somagent_using_subcommand run" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -f -a "show" -d 'Show one run: its steps, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -f -a "resume" -d 'Go on with an interrupted run'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and not __fish_seen_subcommand_from list show logs resume help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s n -l limit -d 'How many' -r
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l output-file -d 'Also write the main output to a file' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one run: its steps, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Go on with an interrupted run'
complete -c somagent -n "__fish_somagent_using_subcommand runs; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and not __fish_seen_subcommand_from new list show graph lint explain lock migrate help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l output -d 'Where to write it' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from new" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l format -d 'The form of the drawing' -r -f -a "text\t'For a terminal'
dot\t'For Graphviz: pipe it into `dot -Tsvg`'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from graph" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand capsule; and __fish_seen_subcommand_from lint" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -f -a "list" -d 'List the models of the catalogue'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -f -a "pull" -d 'Fetch a model and check its digest'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -f -a "show" -d 'Show a model: size, licence, digest, sources, file'
complete -c somagent -n "__fish_somagent_using_subcommand model; and not __fish_seen_subcommand_from list pull show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l from -d 'Take it from this file instead of the network' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from pull" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the models of the catalogue'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "pull" -d 'Fetch a model and check its digest'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a model: size, licence, digest, sources, file'
complete -c somagent -n "__fish_somagent_using_subcommand model; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and not __fish_seen_subcommand_from verify tail help" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify every stored byte of the log'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "tail" -d 'Print the last events of the store'
complete -c somagent -n "__fish_somagent_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c somagent -n "__fish_somagent_using_subcommand init" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s o -l output -d 'Form of the data on standard output' -r -f -a "table\t'For people'
json\t'One JSON value'
jsonl\t'One JSON value a line'"
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR or TERM=dumb says otherwise'
always\t'In pipes too'
never\t'Nowhere'"
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s C -d 'Work as if started in this directory' -r -F
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -s q -l quiet -d 'Print only data and errors'
complete -c somagent -n "__fish_somagent_using_subcommand doctor" -l no-input -d 'Never ask: what would need an answer fails or waits in the journal'
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
complete -c somagent -n "__fish_somagent_using_subcommand man" -l offline -d 'Refuse every network connection'
complete -c somagent -n "__fish_somagent_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "run" -d 'Run a capsule'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "runs" -d 'Look at runs and go on with interrupted ones'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "capsule" -d 'Make, read, check, draw and lock capsules'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "model" -d 'List, fetch and look at on-device models'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "audit" -d 'Read and verify the audit log'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "init" -d 'Set everything up: directories, key, constitution, store, default model'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from run runs capsule model audit init doctor version completion man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "list" -d 'List runs, the newest first'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "show" -d 'Show one run: its steps, what it spent, what it left behind'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "logs" -d 'Print what a run did, as it was printed while it ran'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from runs" -f -a "resume" -d 'Go on with an interrupted run'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "new" -d 'Write a small capsule that works, to begin with'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "list" -d 'List the capsules that can be run by name'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "show" -d 'Show a capsule: inputs, steps, budget, digest'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "graph" -d 'Draw the steps of a capsule and what each needs'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "lint" -d 'Check a capsule and show every problem in its place'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "explain" -d 'Say at length what a problem code means'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "lock" -d 'Pin a capsule to what it means now'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from capsule" -f -a "migrate" -d 'Rewrite a capsule of an older format'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "list" -d 'List the models of the catalogue'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "pull" -d 'Fetch a model and check its digest'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from model" -f -a "show" -d 'Show a model: size, licence, digest, sources, file'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Verify every stored byte of the log'
complete -c somagent -n "__fish_somagent_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "tail" -d 'Print the last events of the store'
