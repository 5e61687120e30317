
use builtin;
use str;

set edit:completion:arg-completer[somagent] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'somagent'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'somagent'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand run 'Run a capsule'
            cand runs 'Look at runs and go on with interrupted ones'
            cand capsule 'Make, read, check, draw and lock capsules'
            cand model 'List, fetch and look at on-device models'
            cand audit 'Read and verify the audit log'
            cand init 'Set everything up: directories, key, constitution, store, default model'
            cand doctor 'Check whether this machine is ready, and say what would make it so'
            cand version 'Print the version of somagent and what it was built for'
            cand completion 'Print the completions for a shell'
            cand man 'Print the manual page, or write one page for each command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;run'= {
            cand -p 'An input of the capsule, as key=value; may be given more than once'
            cand --param 'An input of the capsule, as key=value; may be given more than once'
            cand --idempotency-key 'Find the run that this key began, and go on with it, instead of beginning another'
            cand --seed 'Seed of everything random, so that a run can be repeated'
            cand --output-file 'Also write the main output to a file'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --dry-run 'Say what would be done, judge what can be judged, and do nothing'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand resume 'Go on with an interrupted run'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;runs;list'= {
            cand -n 'How many'
            cand --limit 'How many'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;logs'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;resume'= {
            cand --output-file 'Also write the main output to a file'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;help'= {
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand resume 'Go on with an interrupted run'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;runs;help;list'= {
        }
        &'somagent;runs;help;show'= {
        }
        &'somagent;runs;help;logs'= {
        }
        &'somagent;runs;help;resume'= {
        }
        &'somagent;runs;help;help'= {
        }
        &'somagent;capsule'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand new 'Write a small capsule that works, to begin with'
            cand list 'List the capsules that can be run by name'
            cand show 'Show a capsule: inputs, steps, budget, digest'
            cand graph 'Draw the steps of a capsule and what each needs'
            cand lint 'Check a capsule and show every problem in its place'
            cand explain 'Say at length what a problem code means'
            cand lock 'Pin a capsule to what it means now'
            cand migrate 'Rewrite a capsule of an older format'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;capsule;new'= {
            cand --from 'Begin with a built-in capsule (`somagent capsule list`) instead'
            cand --output 'Where to write it'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;list'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --source 'Print the text as it is'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;graph'= {
            cand --format 'The form of the drawing'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;lint'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;explain'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;lock'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --check 'Compare with the lock that is there, and write nothing'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;migrate'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --write 'Replace the file instead of printing the text'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;help'= {
            cand new 'Write a small capsule that works, to begin with'
            cand list 'List the capsules that can be run by name'
            cand show 'Show a capsule: inputs, steps, budget, digest'
            cand graph 'Draw the steps of a capsule and what each needs'
            cand lint 'Check a capsule and show every problem in its place'
            cand explain 'Say at length what a problem code means'
            cand lock 'Pin a capsule to what it means now'
            cand migrate 'Rewrite a capsule of an older format'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;capsule;help;new'= {
        }
        &'somagent;capsule;help;list'= {
        }
        &'somagent;capsule;help;show'= {
        }
        &'somagent;capsule;help;graph'= {
        }
        &'somagent;capsule;help;lint'= {
        }
        &'somagent;capsule;help;explain'= {
        }
        &'somagent;capsule;help;lock'= {
        }
        &'somagent;capsule;help;migrate'= {
        }
        &'somagent;capsule;help;help'= {
        }
        &'somagent;model'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the models of the catalogue'
            cand pull 'Fetch a model and check its digest'
            cand show 'Show a model: size, licence, digest, sources, file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;model;list'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;pull'= {
            cand --from 'Take it from this file instead of the network'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;help'= {
            cand list 'List the models of the catalogue'
            cand pull 'Fetch a model and check its digest'
            cand show 'Show a model: size, licence, digest, sources, file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;model;help;list'= {
        }
        &'somagent;model;help;pull'= {
        }
        &'somagent;model;help;show'= {
        }
        &'somagent;model;help;help'= {
        }
        &'somagent;audit'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand verify 'Verify every stored byte of the log'
            cand tail 'Print the last events of the store'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;audit;verify'= {
            cand --since 'A checkpoint that was kept elsewhere: the log must contain it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;audit;tail'= {
            cand -n 'How many'
            cand --limit 'How many'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;audit;help'= {
            cand verify 'Verify every stored byte of the log'
            cand tail 'Print the last events of the store'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;audit;help;verify'= {
        }
        &'somagent;audit;help;tail'= {
        }
        &'somagent;audit;help;help'= {
        }
        &'somagent;init'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Do not ask; for scripts'
            cand --yes 'Do not ask; for scripts'
            cand --no-model 'Leave the model for later'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;doctor'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;version'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;completion'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;man'= {
            cand --dir 'Write the pages of all commands into this directory instead'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;help'= {
            cand run 'Run a capsule'
            cand runs 'Look at runs and go on with interrupted ones'
            cand capsule 'Make, read, check, draw and lock capsules'
            cand model 'List, fetch and look at on-device models'
            cand audit 'Read and verify the audit log'
            cand init 'Set everything up: directories, key, constitution, store, default model'
            cand doctor 'Check whether this machine is ready, and say what would make it so'
            cand version 'Print the version of somagent and what it was built for'
            cand completion 'Print the completions for a shell'
            cand man 'Print the manual page, or write one page for each command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;help;run'= {
        }
        &'somagent;help;runs'= {
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand resume 'Go on with an interrupted run'
        }
        &'somagent;help;runs;list'= {
        }
        &'somagent;help;runs;show'= {
        }
        &'somagent;help;runs;logs'= {
        }
        &'somagent;help;runs;resume'= {
        }
        &'somagent;help;capsule'= {
            cand new 'Write a small capsule that works, to begin with'
            cand list 'List the capsules that can be run by name'
            cand show 'Show a capsule: inputs, steps, budget, digest'
            cand graph 'Draw the steps of a capsule and what each needs'
            cand lint 'Check a capsule and show every problem in its place'
            cand explain 'Say at length what a problem code means'
            cand lock 'Pin a capsule to what it means now'
            cand migrate 'Rewrite a capsule of an older format'
        }
        &'somagent;help;capsule;new'= {
        }
        &'somagent;help;capsule;list'= {
        }
        &'somagent;help;capsule;show'= {
        }
        &'somagent;help;capsule;graph'= {
        }
        &'somagent;help;capsule;lint'= {
        }
        &'somagent;help;capsule;explain'= {
        }
        &'somagent;help;capsule;lock'= {
        }
        &'somagent;help;capsule;migrate'= {
        }
        &'somagent;help;model'= {
            cand list 'List the models of the catalogue'
            cand pull 'Fetch a model and check its digest'
            cand show 'Show a model: size, licence, digest, sources, file'
        }
        &'somagent;help;model;list'= {
        }
        &'somagent;help;model;pull'= {
        }
        &'somagent;help;model;show'= {
        }
        &'somagent;help;audit'= {
            cand verify 'Verify every stored byte of the log'
            cand tail 'Print the last events of the store'
        }
        &'somagent;help;audit;verify'= {
        }
        &'somagent;help;audit;tail'= {
        }
        &'somagent;help;init'= {
        }
        &'somagent;help;doctor'= {
        }
        &'somagent;help;version'= {
        }
        &'somagent;help;completion'= {
        }
        &'somagent;help;man'= {
        }
        &'somagent;help;help'= {
        }
    ]
    $completions[$command]
}
