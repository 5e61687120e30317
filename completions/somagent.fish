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
complete -c somagent -n "__fish_somagent_needs_command" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from doctor version completion man help" -f -a "doctor" -d 'Check whether this machine is ready, and say what would make it so'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from doctor version completion man help" -f -a "version" -d 'Print the version of somagent and what it was built for'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from doctor version completion man help" -f -a "completion" -d 'Print the completions for a shell'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from doctor version completion man help" -f -a "man" -d 'Print the manual page, or write one page for each command'
complete -c somagent -n "__fish_somagent_using_subcommand help; and not __fish_seen_subcommand_from doctor version completion man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
