
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand run 'Run a capsule'
            cand ask 'Ask a model one question'
            cand chat 'Talk with a model'
            cand runs 'Look at runs, and say what becomes of them'
            cand approvals 'See what waits for somebody, and decide it'
            cand budget 'See and change what a run may spend'
            cand mode 'See and change the deployment mode of the store'
            cand elevate 'Let a looser mode be in force for a time, and only for that'
            cand capsule 'Make, read, check, draw and lock capsules'
            cand model 'List, fetch and look at on-device models'
            cand tool 'List tools, read their contracts, and try them'
            cand mcp 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use'
            cand policy 'Ask what may happen, and why'
            cand constitution 'Read, verify, compare and change what agents may do'
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
            cand --params-file 'A file of inputs, as JSON or YAML; `-p` wins over it'
            cand --idempotency-key 'Find the run that this key began, and go on with it, instead of beginning another'
            cand --seed 'Seed of everything random, so that a run can be repeated'
            cand -m 'The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file'
            cand --model 'The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file'
            cand --escalate-to 'The model that is asked where a step with `escalate_below` is not sure enough'
            cand --max-tokens 'The most tokens that models may read and write, instead of what the capsule says'
            cand --max-cost 'The most dollars that it may cost, instead of what the capsule says'
            cand --timeout 'When it must be over at the latest, waiting included: 90s, 30m, 2h'
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --dry-run 'Say what would be done, judge what can be judged, and do nothing'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;ask'= {
            cand -m 'The model: a name that `somagent model list` shows, or the path of a GGUF file'
            cand --model 'The model: a name that `somagent model list` shows, or the path of a GGUF file'
            cand -f 'A file that the question is about; may be given more than once'
            cand --file 'A file that the question is about; may be given more than once'
            cand --choices 'The answer is one of these, chosen by their exact probabilities'
            cand --escalate-to 'The model that is asked when the first is less sure of its choice than `--escalate-below`; its answer counts'
            cand --escalate-below 'From which confidence on a choice counts'
            cand --schema 'The answer is JSON under this JSON Schema: a file, or the schema itself; an answer that is a text is printed without quotes'
            cand --pattern 'The answer is a text that this regular expression matches as a whole'
            cand --functions 'The answer is a call of one of these functions, as JSON: a file, or a list of `name`, `description` and `parameters` (a JSON Schema)'
            cand --system 'What the model is told of its task before everything else'
            cand --max-output-tokens 'The most tokens of the answer'
            cand --temperature '0 takes the likeliest word each time, 1 draws from what the model thinks likely'
            cand --top-p 'Only the likeliest words that together have this share are drawn'
            cand --min-p 'Words less likely than this share of the likeliest are not drawn'
            cand --repetition-penalty 'Above 1, what was written lately becomes less likely'
            cand --stop 'A text that ends the answer before it; may be given more than once'
            cand --seed 'Seed of what is drawn, so that an answer can be repeated'
            cand --overflow 'What becomes of material that does not fit into the model''s context'
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --stdin 'Standard input is what the question is about'
            cand --calibrate 'Judges the choices against what they are when there is nothing to judge'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;chat'= {
            cand -m 'The model: a name that `somagent model list` shows, or the path of a GGUF file'
            cand --model 'The model: a name that `somagent model list` shows, or the path of a GGUF file'
            cand -f 'A file that the conversation is about; may be given more than once'
            cand --file 'A file that the conversation is about; may be given more than once'
            cand --resume 'Go on from this turn of an earlier conversation: its run, or a part of its id that only one run has'
            cand --system 'What the model is told of its task before everything else'
            cand --max-output-tokens 'The most tokens of the answer'
            cand --temperature '0 takes the likeliest word each time, 1 draws from what the model thinks likely'
            cand --top-p 'Only the likeliest words that together have this share are drawn'
            cand --min-p 'Words less likely than this share of the likeliest are not drawn'
            cand --repetition-penalty 'Above 1, what was written lately becomes less likely'
            cand --stop 'A text that ends the answer before it; may be given more than once'
            cand --seed 'Seed of what is drawn, so that an answer can be repeated'
            cand --overflow 'What becomes of material that does not fit into the model''s context'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it waits for, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand watch 'Print what a run does while it does it, from its beginning'
            cand wait 'Wait until a run is over, or until nobody drives it any more'
            cand resume 'Go on with an interrupted, parked or paused run'
            cand pause 'Begin nothing new in a run until it is resumed'
            cand cancel 'End a run, undoing what can be undone'
            cand retry 'Do failed steps again, or those that are named, with all that needs them'
            cand fork 'Begin a new run that takes over what another one has done before a step'
            cand diff 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
            cand replay 'Decide a recorded run again, and hold what comes out against the record'
            cand export 'Write a run and all that its steps began as one file that explains and verifies itself'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;runs;list'= {
            cand -n 'How many'
            cand --limit 'How many'
            cand --status 'Only those that stand like this'
            cand --capsule 'Only those of this capsule'
            cand --parent 'Only those that a step of this run has begun'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;watch'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;wait'= {
            cand --timeout 'How long at most: 90s, 30m, 2h'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;resume'= {
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;pause'= {
            cand --reason 'Why, for the record'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;cancel'= {
            cand --reason 'Why, for the record'
            cand --grace 'How long effects in flight get to end by themselves: 0s, 10s, 2m'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;retry'= {
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;fork'= {
            cand --at 'The step to begin with'
            cand -p 'An input that is another one, as key=value; may be given more than once'
            cand --param 'An input that is another one, as key=value; may be given more than once'
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;diff'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --exit-code 'End with 20 when they differ'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;replay'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;export'= {
            cand --out 'The file to write; without it, standard output'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;runs;help'= {
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it waits for, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand watch 'Print what a run does while it does it, from its beginning'
            cand wait 'Wait until a run is over, or until nobody drives it any more'
            cand resume 'Go on with an interrupted, parked or paused run'
            cand pause 'Begin nothing new in a run until it is resumed'
            cand cancel 'End a run, undoing what can be undone'
            cand retry 'Do failed steps again, or those that are named, with all that needs them'
            cand fork 'Begin a new run that takes over what another one has done before a step'
            cand diff 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
            cand replay 'Decide a recorded run again, and hold what comes out against the record'
            cand export 'Write a run and all that its steps began as one file that explains and verifies itself'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;runs;help;list'= {
        }
        &'somagent;runs;help;show'= {
        }
        &'somagent;runs;help;logs'= {
        }
        &'somagent;runs;help;watch'= {
        }
        &'somagent;runs;help;wait'= {
        }
        &'somagent;runs;help;resume'= {
        }
        &'somagent;runs;help;pause'= {
        }
        &'somagent;runs;help;cancel'= {
        }
        &'somagent;runs;help;retry'= {
        }
        &'somagent;runs;help;fork'= {
        }
        &'somagent;runs;help;diff'= {
        }
        &'somagent;runs;help;replay'= {
        }
        &'somagent;runs;help;export'= {
        }
        &'somagent;runs;help;help'= {
        }
        &'somagent;approvals'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List what waits for somebody, the newest first'
            cand show 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
            cand approve 'Say yes: the action, the gate or the text may pass'
            cand deny 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
            cand answer 'Answer with one of the choices, and fill in the form'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;approvals;list'= {
            cand --run 'Only those of this run'
            cand -n 'How many'
            cand --limit 'How many'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --all 'Also those that are decided'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;approvals;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;approvals;approve'= {
            cand --reason 'Why, for the record'
            cand --remember 'Not to be asked about the same again in this run; with `capsule` or `user`, for later runs of this capsule or of this account, too, once the constitution that is proposed for it is signed and activated'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;approvals;deny'= {
            cand --reason 'Why, for the record'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;approvals;answer'= {
            cand --choice 'One of the choices that `somagent approvals show` lists'
            cand -p 'A field of the form, as key=value, read as the type that the form asks for; may be given more than once'
            cand --param 'A field of the form, as key=value, read as the type that the form asks for; may be given more than once'
            cand --reason 'Why, for the record'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;approvals;help'= {
            cand list 'List what waits for somebody, the newest first'
            cand show 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
            cand approve 'Say yes: the action, the gate or the text may pass'
            cand deny 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
            cand answer 'Answer with one of the choices, and fill in the form'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;approvals;help;list'= {
        }
        &'somagent;approvals;help;show'= {
        }
        &'somagent;approvals;help;approve'= {
        }
        &'somagent;approvals;help;deny'= {
        }
        &'somagent;approvals;help;answer'= {
        }
        &'somagent;approvals;help;help'= {
        }
        &'somagent;budget'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show what a run may spend, holds for what is in flight, and has spent'
            cand set 'Change what a run may spend, and go on with it when it paused for its budget'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;budget;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;budget;set'= {
            cand --step 'Of one step instead of the whole run'
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --park 'Only record the bounds: `somagent runs resume` goes on'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;budget;help'= {
            cand show 'Show what a run may spend, holds for what is in flight, and has spent'
            cand set 'Change what a run may spend, and go on with it when it paused for its budget'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;budget;help;show'= {
        }
        &'somagent;budget;help;set'= {
        }
        &'somagent;budget;help;help'= {
        }
        &'somagent;mode'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show what each mode changes, which one is in force, and where that comes from'
            cand set 'Record another deployment mode'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;mode;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mode;set'= {
            cand --reason 'Why, for the record'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Record a looser mode without being asked'
            cand --yes 'Record a looser mode without being asked'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mode;help'= {
            cand show 'Show what each mode changes, which one is in force, and where that comes from'
            cand set 'Record another deployment mode'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;mode;help;show'= {
        }
        &'somagent;mode;help;set'= {
        }
        &'somagent;mode;help;help'= {
        }
        &'somagent;elevate'= {
            cand --to 'developer, training, test, production or production-enterprise, perhaps with `-debug`'
            cand --for 'How long: 90s, 15m, 2h'
            cand --reason 'Why, for the record'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --end 'End the elevation now'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --output-file 'Where to write it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;graph'= {
            cand --format 'The form of the drawing'
            cand --scale 'Pixels of a PNG for each of the SVG, along and down'
            cand --output-file 'Write it to a file, over one that is there'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;capsule;lint'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --fix 'Mend in the file what can be mended in one way only, and check again'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the models that are known here, and which of them fit into memory now'
            cand pull 'Fetch a model and check its digests'
            cand show 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
            cand remove 'Remove a model''s files, with all that was made of them'
            cand bench 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
            cand embed 'Print texts as vectors: what is alike in meaning has a small angle between'
            cand head 'Train heads from examples, and ask them what a text is'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;pull'= {
            cand --from 'Take it from this file instead of the network; of a model with several files, the directory that holds them'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;remove'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;bench'= {
            cand --prompt-tokens 'Tokens to read'
            cand --output-tokens 'Tokens to write'
            cand --runs 'How often'
            cand --peer 'A `llama-bench` of llama.cpp to compare with'
            cand --quality 'How well it predicts a text, or chooses the labels of a `.jsonl` of `text` and `label` (200 items of it), instead of how fast it is; may be given more than once'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;embed'= {
            cand -m 'The model: a name of kind `embedding` that `somagent model list` shows'
            cand --model 'The model: a name of kind `embedding` that `somagent model list` shows'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --stdin 'Each line of standard input is a text'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand train 'Train a head from examples'
            cand list 'List the heads that are here, every version of them'
            cand show 'Show a head: labels, what it was trained from, how good it is, its rules'
            cand eval 'Measure a head on examples that it was not trained from'
            cand classify 'Say what texts are'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;model;head;train'= {
            cand --from 'The file with the examples'
            cand --text-field 'The field of an example that has the text'
            cand --label-field 'The field that has the label'
            cand --group-field 'The field that says what an example belongs to, such as a project'
            cand --rules 'A YAML file of rules: regular expressions that are features, or that decide by themselves'
            cand --with-language-model 'Let a language model say which label it takes a text for, and learn what that is worth: MODEL, or the default one. The head then asks that model, too, whenever it is used'
            cand --precision 'The share of answers that must be right: below the confidence that this takes, the head abstains'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --no-ngrams 'Leave out words and pieces of words: a smaller head that knows only meanings'
            cand --balanced 'Let each label weigh the same, however many examples it has'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head;list'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head;eval'= {
            cand --text-field 'The field of an example that has the text'
            cand --label-field 'The field that has the label'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head;classify'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --stdin 'Each line of standard input is a text'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;model;head;help'= {
            cand train 'Train a head from examples'
            cand list 'List the heads that are here, every version of them'
            cand show 'Show a head: labels, what it was trained from, how good it is, its rules'
            cand eval 'Measure a head on examples that it was not trained from'
            cand classify 'Say what texts are'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;model;head;help;train'= {
        }
        &'somagent;model;head;help;list'= {
        }
        &'somagent;model;head;help;show'= {
        }
        &'somagent;model;head;help;eval'= {
        }
        &'somagent;model;head;help;classify'= {
        }
        &'somagent;model;head;help;help'= {
        }
        &'somagent;model;help'= {
            cand list 'List the models that are known here, and which of them fit into memory now'
            cand pull 'Fetch a model and check its digests'
            cand show 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
            cand remove 'Remove a model''s files, with all that was made of them'
            cand bench 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
            cand embed 'Print texts as vectors: what is alike in meaning has a small angle between'
            cand head 'Train heads from examples, and ask them what a text is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;model;help;list'= {
        }
        &'somagent;model;help;pull'= {
        }
        &'somagent;model;help;show'= {
        }
        &'somagent;model;help;remove'= {
        }
        &'somagent;model;help;bench'= {
        }
        &'somagent;model;help;embed'= {
        }
        &'somagent;model;help;head'= {
            cand train 'Train a head from examples'
            cand list 'List the heads that are here, every version of them'
            cand show 'Show a head: labels, what it was trained from, how good it is, its rules'
            cand eval 'Measure a head on examples that it was not trained from'
            cand classify 'Say what texts are'
        }
        &'somagent;model;help;head;train'= {
        }
        &'somagent;model;help;head;list'= {
        }
        &'somagent;model;help;head;show'= {
        }
        &'somagent;model;help;head;eval'= {
        }
        &'somagent;model;help;head;classify'= {
        }
        &'somagent;model;help;help'= {
        }
        &'somagent;tool'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List what capsules can act with: each action, what it touches and what a repetition would do'
            cand show 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
            cand explain 'Say in words what a call would do, and what the constitution in force says of it'
            cand test 'Call an action once, as a run of one step'
            cand health 'Check whether what each tool needs of this machine is there'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;tool;list'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;tool;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;tool;explain'= {
            cand -p 'An argument; a value that is JSON is taken as that unless the action wants a text'
            cand --param 'An argument; a value that is JSON is taken as that unless the action wants a text'
            cand --args 'All arguments as a JSON object; single ones win over it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;tool;test'= {
            cand -p 'An argument; a value that is JSON is taken as that unless the action wants a text'
            cand --param 'An argument; a value that is JSON is taken as that unless the action wants a text'
            cand --args 'All arguments as a JSON object; single ones win over it'
            cand --approval 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks'
            cand --output-file 'Also write the main output to a file'
            cand --junit 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;tool;health'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;tool;help'= {
            cand list 'List what capsules can act with: each action, what it touches and what a repetition would do'
            cand show 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
            cand explain 'Say in words what a call would do, and what the constitution in force says of it'
            cand test 'Call an action once, as a run of one step'
            cand health 'Check whether what each tool needs of this machine is there'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;tool;help;list'= {
        }
        &'somagent;tool;help;show'= {
        }
        &'somagent;tool;help;explain'= {
        }
        &'somagent;tool;help;test'= {
        }
        &'somagent;tool;help;health'= {
        }
        &'somagent;tool;help;help'= {
        }
        &'somagent;mcp'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand add 'Attach a server: start it, show what it offers, and approve that'
            cand list 'List the attached servers: what each may do, and whether its tools are approved'
            cand test 'Start a server and compare what it offers with what was approved'
            cand approve 'Approve what a server offers now, in place of what was approved before'
            cand import 'Take over the servers of a configuration of Claude, VS Code or another client'
            cand remove 'Detach a server, and forget what was approved of it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;mcp;add'= {
            cand --url 'The address of a server that is no program'
            cand --header 'A header of requests to the address'
            cand --env 'A variable of the program''s environment'
            cand --read 'A file or directory that the program may read'
            cand --write 'A directory that the program may change'
            cand --host 'A server that the program may reach: `https://api.example`'
            cand --timeout 'How long a call may take: 90s, 15m'
            cand --protocol 'The version of the protocol that it speaks, where finding that out fails'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --no-sandbox 'Let the program do whatever you can'
            cand -y 'Approve what it offers without being asked'
            cand --yes 'Approve what it offers without being asked'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;list'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;test'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;approve'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Approve what it offers without being asked'
            cand --yes 'Approve what it offers without being asked'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;import'= {
            cand --only 'Only these servers'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;remove'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;mcp;help'= {
            cand add 'Attach a server: start it, show what it offers, and approve that'
            cand list 'List the attached servers: what each may do, and whether its tools are approved'
            cand test 'Start a server and compare what it offers with what was approved'
            cand approve 'Approve what a server offers now, in place of what was approved before'
            cand import 'Take over the servers of a configuration of Claude, VS Code or another client'
            cand remove 'Detach a server, and forget what was approved of it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;mcp;help;add'= {
        }
        &'somagent;mcp;help;list'= {
        }
        &'somagent;mcp;help;test'= {
        }
        &'somagent;mcp;help;approve'= {
        }
        &'somagent;mcp;help;import'= {
        }
        &'somagent;mcp;help;remove'= {
        }
        &'somagent;mcp;help;help'= {
        }
        &'somagent;policy'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand check 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
            cand explain 'Say why the actions of a run were allowed, asked about or denied'
            cand replay 'Decide the recorded actions of a run again under another constitution, and show what would differ'
            cand suggest 'Find what past approvals say need not be asked again, with the evidence'
            cand test 'Run the tests of policies in Rego, as OPA runs them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;policy;check'= {
            cand --constitution 'Ask this constitution, signed or not, instead of the one in force'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --jsonl 'Read one object a line and write one verdict a line, as each is read'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;policy;explain'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;policy;replay'= {
            cand --constitution 'The other constitution; without it, the one that a new store begins with'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;policy;suggest'= {
            cand --at-least 'How many approvals make a rule worth it'
            cand -n 'How many of the newest approvals are looked at'
            cand --limit 'How many of the newest approvals are looked at'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --propose 'Propose the constitution in force with all of it under `remembered`'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;policy;test'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;policy;help'= {
            cand check 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
            cand explain 'Say why the actions of a run were allowed, asked about or denied'
            cand replay 'Decide the recorded actions of a run again under another constitution, and show what would differ'
            cand suggest 'Find what past approvals say need not be asked again, with the evidence'
            cand test 'Run the tests of policies in Rego, as OPA runs them'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;policy;help;check'= {
        }
        &'somagent;policy;help;explain'= {
        }
        &'somagent;policy;help;replay'= {
        }
        &'somagent;policy;help;suggest'= {
        }
        &'somagent;policy;help;test'= {
        }
        &'somagent;policy;help;help'= {
        }
        &'somagent;constitution'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show the constitution in force: articles, rules in words, the score, and who signed it'
            cand verify 'Verify the constitution in force, or a file, against the keys that this store trusts'
            cand diff 'Say what one constitution changes of another, and whether that is looser or stricter'
            cand check 'Find what nobody sees by reading a constitution, each with an action that shows it'
            cand propose 'Lay down a text to be signed, and say what it would change'
            cand sign 'Sign the proposed constitution, with the key of this installation or another trusted one'
            cand activate 'Put the proposed constitution in force, once enough trusted keys have signed it'
            cand keys 'See and change whose signatures count'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;constitution;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --text 'Print its text; that of a shipped one with a version above the one in force, as `propose` takes it'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;verify'= {
            cand --signatures 'Its signatures; without it, FILE.sig'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;diff'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;check'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;propose'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;sign'= {
            cand --key 'An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation'
            cand --text 'Sign this text instead of what is proposed'
            cand --out 'Where the signature over it goes'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;activate'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Put it in force without being asked'
            cand --yes 'Put it in force without being asked'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;keys'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show the keys whose signatures count, and those that are proposed'
            cand propose 'Lay down a set of keys to be signed'
            cand sign 'Sign the proposed keys, with the key of this installation or another one'
            cand activate 'Let the signatures of the proposed keys count, and no others'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;constitution;keys;show'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;keys;propose'= {
            cand --trust 'A key of the set: `ed25519:…` or the file of a public key; give it once for each'
            cand --threshold 'How many of them will have to sign'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;keys;sign'= {
            cand --key 'An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;keys;activate'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -y 'Put them in force without being asked'
            cand --yes 'Put them in force without being asked'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;constitution;keys;help'= {
            cand show 'Show the keys whose signatures count, and those that are proposed'
            cand propose 'Lay down a set of keys to be signed'
            cand sign 'Sign the proposed keys, with the key of this installation or another one'
            cand activate 'Let the signatures of the proposed keys count, and no others'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;constitution;keys;help;show'= {
        }
        &'somagent;constitution;keys;help;propose'= {
        }
        &'somagent;constitution;keys;help;sign'= {
        }
        &'somagent;constitution;keys;help;activate'= {
        }
        &'somagent;constitution;keys;help;help'= {
        }
        &'somagent;constitution;help'= {
            cand show 'Show the constitution in force: articles, rules in words, the score, and who signed it'
            cand verify 'Verify the constitution in force, or a file, against the keys that this store trusts'
            cand diff 'Say what one constitution changes of another, and whether that is looser or stricter'
            cand check 'Find what nobody sees by reading a constitution, each with an action that shows it'
            cand propose 'Lay down a text to be signed, and say what it would change'
            cand sign 'Sign the proposed constitution, with the key of this installation or another trusted one'
            cand activate 'Put the proposed constitution in force, once enough trusted keys have signed it'
            cand keys 'See and change whose signatures count'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'somagent;constitution;help;show'= {
        }
        &'somagent;constitution;help;verify'= {
        }
        &'somagent;constitution;help;diff'= {
        }
        &'somagent;constitution;help;check'= {
        }
        &'somagent;constitution;help;propose'= {
        }
        &'somagent;constitution;help;sign'= {
        }
        &'somagent;constitution;help;activate'= {
        }
        &'somagent;constitution;help;keys'= {
            cand show 'Show the keys whose signatures count, and those that are proposed'
            cand propose 'Lay down a set of keys to be signed'
            cand sign 'Sign the proposed keys, with the key of this installation or another one'
            cand activate 'Let the signatures of the proposed keys count, and no others'
        }
        &'somagent;constitution;help;keys;show'= {
        }
        &'somagent;constitution;help;keys;propose'= {
        }
        &'somagent;constitution;help;keys;sign'= {
        }
        &'somagent;constitution;help;keys;activate'= {
        }
        &'somagent;constitution;help;help'= {
        }
        &'somagent;audit'= {
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --trust 'A key whose signature counts, instead of that of this installation: `ed25519:…` or the file of a public key; give it once for each'
            cand --threshold 'How many of them have to sign a constitution, and other keys'
            cand --constitution 'The constitution that they signed; without it, the one that a store begins with'
            cand --signatures 'Its signatures; give it once for each file'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;doctor'= {
            cand --events 'Events in the scratch store'
            cand -o 'Form of the data on standard output'
            cand --output 'Form of the data on standard output'
            cand --color 'When to use colour'
            cand -C 'Work as if started in this directory'
            cand --bench 'Measure what the dashboard costs as well, beside its limits'
            cand -q 'Print only data and errors'
            cand --quiet 'Print only data and errors'
            cand --no-input 'Never ask: what would need an answer fails or waits in the journal'
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
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
            cand --screen-reader 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same'
            cand --offline 'Refuse every network connection'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'somagent;help'= {
            cand run 'Run a capsule'
            cand ask 'Ask a model one question'
            cand chat 'Talk with a model'
            cand runs 'Look at runs, and say what becomes of them'
            cand approvals 'See what waits for somebody, and decide it'
            cand budget 'See and change what a run may spend'
            cand mode 'See and change the deployment mode of the store'
            cand elevate 'Let a looser mode be in force for a time, and only for that'
            cand capsule 'Make, read, check, draw and lock capsules'
            cand model 'List, fetch and look at on-device models'
            cand tool 'List tools, read their contracts, and try them'
            cand mcp 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use'
            cand policy 'Ask what may happen, and why'
            cand constitution 'Read, verify, compare and change what agents may do'
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
        &'somagent;help;ask'= {
        }
        &'somagent;help;chat'= {
        }
        &'somagent;help;runs'= {
            cand list 'List runs, the newest first'
            cand show 'Show one run: its steps, what it waits for, what it spent, what it left behind'
            cand logs 'Print what a run did, as it was printed while it ran'
            cand watch 'Print what a run does while it does it, from its beginning'
            cand wait 'Wait until a run is over, or until nobody drives it any more'
            cand resume 'Go on with an interrupted, parked or paused run'
            cand pause 'Begin nothing new in a run until it is resumed'
            cand cancel 'End a run, undoing what can be undone'
            cand retry 'Do failed steps again, or those that are named, with all that needs them'
            cand fork 'Begin a new run that takes over what another one has done before a step'
            cand diff 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent'
            cand replay 'Decide a recorded run again, and hold what comes out against the record'
            cand export 'Write a run and all that its steps began as one file that explains and verifies itself'
        }
        &'somagent;help;runs;list'= {
        }
        &'somagent;help;runs;show'= {
        }
        &'somagent;help;runs;logs'= {
        }
        &'somagent;help;runs;watch'= {
        }
        &'somagent;help;runs;wait'= {
        }
        &'somagent;help;runs;resume'= {
        }
        &'somagent;help;runs;pause'= {
        }
        &'somagent;help;runs;cancel'= {
        }
        &'somagent;help;runs;retry'= {
        }
        &'somagent;help;runs;fork'= {
        }
        &'somagent;help;runs;diff'= {
        }
        &'somagent;help;runs;replay'= {
        }
        &'somagent;help;runs;export'= {
        }
        &'somagent;help;approvals'= {
            cand list 'List what waits for somebody, the newest first'
            cand show 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry'
            cand approve 'Say yes: the action, the gate or the text may pass'
            cand deny 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better'
            cand answer 'Answer with one of the choices, and fill in the form'
        }
        &'somagent;help;approvals;list'= {
        }
        &'somagent;help;approvals;show'= {
        }
        &'somagent;help;approvals;approve'= {
        }
        &'somagent;help;approvals;deny'= {
        }
        &'somagent;help;approvals;answer'= {
        }
        &'somagent;help;budget'= {
            cand show 'Show what a run may spend, holds for what is in flight, and has spent'
            cand set 'Change what a run may spend, and go on with it when it paused for its budget'
        }
        &'somagent;help;budget;show'= {
        }
        &'somagent;help;budget;set'= {
        }
        &'somagent;help;mode'= {
            cand show 'Show what each mode changes, which one is in force, and where that comes from'
            cand set 'Record another deployment mode'
        }
        &'somagent;help;mode;show'= {
        }
        &'somagent;help;mode;set'= {
        }
        &'somagent;help;elevate'= {
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
            cand list 'List the models that are known here, and which of them fit into memory now'
            cand pull 'Fetch a model and check its digests'
            cand show 'Show a model: size, licence, standing, digests, sources, and what its file says of itself'
            cand remove 'Remove a model''s files, with all that was made of them'
            cand bench 'Measure how fast a model loads, reads and writes on this machine, or how good it is'
            cand embed 'Print texts as vectors: what is alike in meaning has a small angle between'
            cand head 'Train heads from examples, and ask them what a text is'
        }
        &'somagent;help;model;list'= {
        }
        &'somagent;help;model;pull'= {
        }
        &'somagent;help;model;show'= {
        }
        &'somagent;help;model;remove'= {
        }
        &'somagent;help;model;bench'= {
        }
        &'somagent;help;model;embed'= {
        }
        &'somagent;help;model;head'= {
            cand train 'Train a head from examples'
            cand list 'List the heads that are here, every version of them'
            cand show 'Show a head: labels, what it was trained from, how good it is, its rules'
            cand eval 'Measure a head on examples that it was not trained from'
            cand classify 'Say what texts are'
        }
        &'somagent;help;model;head;train'= {
        }
        &'somagent;help;model;head;list'= {
        }
        &'somagent;help;model;head;show'= {
        }
        &'somagent;help;model;head;eval'= {
        }
        &'somagent;help;model;head;classify'= {
        }
        &'somagent;help;tool'= {
            cand list 'List what capsules can act with: each action, what it touches and what a repetition would do'
            cand show 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches'
            cand explain 'Say in words what a call would do, and what the constitution in force says of it'
            cand test 'Call an action once, as a run of one step'
            cand health 'Check whether what each tool needs of this machine is there'
        }
        &'somagent;help;tool;list'= {
        }
        &'somagent;help;tool;show'= {
        }
        &'somagent;help;tool;explain'= {
        }
        &'somagent;help;tool;test'= {
        }
        &'somagent;help;tool;health'= {
        }
        &'somagent;help;mcp'= {
            cand add 'Attach a server: start it, show what it offers, and approve that'
            cand list 'List the attached servers: what each may do, and whether its tools are approved'
            cand test 'Start a server and compare what it offers with what was approved'
            cand approve 'Approve what a server offers now, in place of what was approved before'
            cand import 'Take over the servers of a configuration of Claude, VS Code or another client'
            cand remove 'Detach a server, and forget what was approved of it'
        }
        &'somagent;help;mcp;add'= {
        }
        &'somagent;help;mcp;list'= {
        }
        &'somagent;help;mcp;test'= {
        }
        &'somagent;help;mcp;approve'= {
        }
        &'somagent;help;mcp;import'= {
        }
        &'somagent;help;mcp;remove'= {
        }
        &'somagent;help;policy'= {
            cand check 'Ask the law about a call that nobody makes: one JSON object in, a verdict out'
            cand explain 'Say why the actions of a run were allowed, asked about or denied'
            cand replay 'Decide the recorded actions of a run again under another constitution, and show what would differ'
            cand suggest 'Find what past approvals say need not be asked again, with the evidence'
            cand test 'Run the tests of policies in Rego, as OPA runs them'
        }
        &'somagent;help;policy;check'= {
        }
        &'somagent;help;policy;explain'= {
        }
        &'somagent;help;policy;replay'= {
        }
        &'somagent;help;policy;suggest'= {
        }
        &'somagent;help;policy;test'= {
        }
        &'somagent;help;constitution'= {
            cand show 'Show the constitution in force: articles, rules in words, the score, and who signed it'
            cand verify 'Verify the constitution in force, or a file, against the keys that this store trusts'
            cand diff 'Say what one constitution changes of another, and whether that is looser or stricter'
            cand check 'Find what nobody sees by reading a constitution, each with an action that shows it'
            cand propose 'Lay down a text to be signed, and say what it would change'
            cand sign 'Sign the proposed constitution, with the key of this installation or another trusted one'
            cand activate 'Put the proposed constitution in force, once enough trusted keys have signed it'
            cand keys 'See and change whose signatures count'
        }
        &'somagent;help;constitution;show'= {
        }
        &'somagent;help;constitution;verify'= {
        }
        &'somagent;help;constitution;diff'= {
        }
        &'somagent;help;constitution;check'= {
        }
        &'somagent;help;constitution;propose'= {
        }
        &'somagent;help;constitution;sign'= {
        }
        &'somagent;help;constitution;activate'= {
        }
        &'somagent;help;constitution;keys'= {
            cand show 'Show the keys whose signatures count, and those that are proposed'
            cand propose 'Lay down a set of keys to be signed'
            cand sign 'Sign the proposed keys, with the key of this installation or another one'
            cand activate 'Let the signatures of the proposed keys count, and no others'
        }
        &'somagent;help;constitution;keys;show'= {
        }
        &'somagent;help;constitution;keys;propose'= {
        }
        &'somagent;help;constitution;keys;sign'= {
        }
        &'somagent;help;constitution;keys;activate'= {
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
