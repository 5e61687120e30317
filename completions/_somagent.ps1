
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'somagent' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'somagent'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'somagent' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a capsule')
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'Ask a model one question')
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk with a model')
            [CompletionResult]::new('runs', 'runs', [CompletionResultType]::ParameterValue, 'Look at runs, and say what becomes of them')
            [CompletionResult]::new('approvals', 'approvals', [CompletionResultType]::ParameterValue, 'See what waits for somebody, and decide it')
            [CompletionResult]::new('budget', 'budget', [CompletionResultType]::ParameterValue, 'See and change what a run may spend')
            [CompletionResult]::new('mode', 'mode', [CompletionResultType]::ParameterValue, 'See and change the deployment mode of the store')
            [CompletionResult]::new('elevate', 'elevate', [CompletionResultType]::ParameterValue, 'Let a looser mode be in force for a time, and only for that')
            [CompletionResult]::new('capsule', 'capsule', [CompletionResultType]::ParameterValue, 'Make, read, check, draw and lock capsules')
            [CompletionResult]::new('model', 'model', [CompletionResultType]::ParameterValue, 'List, fetch and look at on-device models')
            [CompletionResult]::new('tool', 'tool', [CompletionResultType]::ParameterValue, 'List tools, read their contracts, and try them')
            [CompletionResult]::new('mcp', 'mcp', [CompletionResultType]::ParameterValue, 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Ask what may happen, and why')
            [CompletionResult]::new('constitution', 'constitution', [CompletionResultType]::ParameterValue, 'Read, verify, compare and change what agents may do')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Read and verify the audit log')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set everything up: directories, key, constitution, store, default model')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check whether this machine is ready, and say what would make it so')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version of somagent and what it was built for')
            [CompletionResult]::new('completion', 'completion', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write one page for each command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;run' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'An input of the capsule, as key=value; may be given more than once')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'An input of the capsule, as key=value; may be given more than once')
            [CompletionResult]::new('--params-file', '--params-file', [CompletionResultType]::ParameterName, 'A file of inputs, as JSON or YAML; `-p` wins over it')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'Find the run that this key began, and go on with it, instead of beginning another')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of everything random, so that a run can be repeated')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('--escalate-to', '--escalate-to', [CompletionResultType]::ParameterName, 'The model that is asked where a step with `escalate_below` is not sure enough')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'The most tokens that models may read and write, instead of what the capsule says')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'The most dollars that it may cost, instead of what the capsule says')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'When it must be over at the latest, waiting included: 90s, 30m, 2h')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, judge what can be judged, and do nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;ask' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file that the question is about; may be given more than once')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'A file that the question is about; may be given more than once')
            [CompletionResult]::new('--choices', '--choices', [CompletionResultType]::ParameterName, 'The answer is one of these, chosen by their exact probabilities')
            [CompletionResult]::new('--escalate-to', '--escalate-to', [CompletionResultType]::ParameterName, 'The model that is asked when the first is less sure of its choice than `--escalate-below`; its answer counts')
            [CompletionResult]::new('--escalate-below', '--escalate-below', [CompletionResultType]::ParameterName, 'From which confidence on a choice counts')
            [CompletionResult]::new('--schema', '--schema', [CompletionResultType]::ParameterName, 'The answer is JSON under this JSON Schema: a file, or the schema itself; an answer that is a text is printed without quotes')
            [CompletionResult]::new('--pattern', '--pattern', [CompletionResultType]::ParameterName, 'The answer is a text that this regular expression matches as a whole')
            [CompletionResult]::new('--functions', '--functions', [CompletionResultType]::ParameterName, 'The answer is a call of one of these functions, as JSON: a file, or a list of `name`, `description` and `parameters` (a JSON Schema)')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'What the model is told of its task before everything else')
            [CompletionResult]::new('--max-output-tokens', '--max-output-tokens', [CompletionResultType]::ParameterName, 'The most tokens of the answer')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, '0 takes the likeliest word each time, 1 draws from what the model thinks likely')
            [CompletionResult]::new('--top-p', '--top-p', [CompletionResultType]::ParameterName, 'Only the likeliest words that together have this share are drawn')
            [CompletionResult]::new('--min-p', '--min-p', [CompletionResultType]::ParameterName, 'Words less likely than this share of the likeliest are not drawn')
            [CompletionResult]::new('--repetition-penalty', '--repetition-penalty', [CompletionResultType]::ParameterName, 'Above 1, what was written lately becomes less likely')
            [CompletionResult]::new('--stop', '--stop', [CompletionResultType]::ParameterName, 'A text that ends the answer before it; may be given more than once')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of what is drawn, so that an answer can be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'What becomes of material that does not fit into the model''s context')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Standard input is what the question is about')
            [CompletionResult]::new('--calibrate', '--calibrate', [CompletionResultType]::ParameterName, 'Judges the choices against what they are when there is nothing to judge')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;chat' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model: a name that `somagent model list` shows, or the path of a GGUF file')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'A file that the conversation is about; may be given more than once')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'A file that the conversation is about; may be given more than once')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on from this turn of an earlier conversation: its run, or a part of its id that only one run has')
            [CompletionResult]::new('--system', '--system', [CompletionResultType]::ParameterName, 'What the model is told of its task before everything else')
            [CompletionResult]::new('--max-output-tokens', '--max-output-tokens', [CompletionResultType]::ParameterName, 'The most tokens of the answer')
            [CompletionResult]::new('--temperature', '--temperature', [CompletionResultType]::ParameterName, '0 takes the likeliest word each time, 1 draws from what the model thinks likely')
            [CompletionResult]::new('--top-p', '--top-p', [CompletionResultType]::ParameterName, 'Only the likeliest words that together have this share are drawn')
            [CompletionResult]::new('--min-p', '--min-p', [CompletionResultType]::ParameterName, 'Words less likely than this share of the likeliest are not drawn')
            [CompletionResult]::new('--repetition-penalty', '--repetition-penalty', [CompletionResultType]::ParameterName, 'Above 1, what was written lately becomes less likely')
            [CompletionResult]::new('--stop', '--stop', [CompletionResultType]::ParameterName, 'A text that ends the answer before it; may be given more than once')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Seed of what is drawn, so that an answer can be repeated')
            [CompletionResult]::new('--overflow', '--overflow', [CompletionResultType]::ParameterName, 'What becomes of material that does not fit into the model''s context')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List runs, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: its steps, what it waits for, what it spent, what it left behind')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Print what a run did, as it was printed while it ran')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Print what a run does while it does it, from its beginning')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until a run is over, or until nobody drives it any more')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an interrupted, parked or paused run')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Begin nothing new in a run until it is resumed')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End a run, undoing what can be undone')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do failed steps again, or those that are named, with all that needs them')
            [CompletionResult]::new('fork', 'fork', [CompletionResultType]::ParameterValue, 'Begin a new run that takes over what another one has done before a step')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide a recorded run again, and hold what comes out against the record')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a run and all that its steps began as one file that explains and verifies itself')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;runs;list' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only those that stand like this')
            [CompletionResult]::new('--capsule', '--capsule', [CompletionResultType]::ParameterName, 'Only those of this capsule')
            [CompletionResult]::new('--parent', '--parent', [CompletionResultType]::ParameterName, 'Only those that a step of this run has begun')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;logs' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;watch' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;wait' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long at most: 90s, 30m, 2h')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;resume' {
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;pause' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;cancel' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('--grace', '--grace', [CompletionResultType]::ParameterName, 'How long effects in flight get to end by themselves: 0s, 10s, 2m')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;retry' {
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;fork' {
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'The step to begin with')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'An input that is another one, as key=value; may be given more than once')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'An input that is another one, as key=value; may be given more than once')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;diff' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'End with 20 when they differ')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;replay' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;export' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file to write; without it, standard output')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;runs;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List runs, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: its steps, what it waits for, what it spent, what it left behind')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Print what a run did, as it was printed while it ran')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Print what a run does while it does it, from its beginning')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until a run is over, or until nobody drives it any more')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an interrupted, parked or paused run')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Begin nothing new in a run until it is resumed')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End a run, undoing what can be undone')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do failed steps again, or those that are named, with all that needs them')
            [CompletionResult]::new('fork', 'fork', [CompletionResultType]::ParameterValue, 'Begin a new run that takes over what another one has done before a step')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide a recorded run again, and hold what comes out against the record')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a run and all that its steps began as one file that explains and verifies itself')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;runs;help;list' {
            break
        }
        'somagent;runs;help;show' {
            break
        }
        'somagent;runs;help;logs' {
            break
        }
        'somagent;runs;help;watch' {
            break
        }
        'somagent;runs;help;wait' {
            break
        }
        'somagent;runs;help;resume' {
            break
        }
        'somagent;runs;help;pause' {
            break
        }
        'somagent;runs;help;cancel' {
            break
        }
        'somagent;runs;help;retry' {
            break
        }
        'somagent;runs;help;fork' {
            break
        }
        'somagent;runs;help;diff' {
            break
        }
        'somagent;runs;help;replay' {
            break
        }
        'somagent;runs;help;export' {
            break
        }
        'somagent;runs;help;help' {
            break
        }
        'somagent;approvals' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what waits for somebody, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Say yes: the action, the gate or the text may pass')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better')
            [CompletionResult]::new('answer', 'answer', [CompletionResultType]::ParameterValue, 'Answer with one of the choices, and fill in the form')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;approvals;list' {
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'Only those of this run')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Also those that are decided')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;approvals;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;approvals;approve' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('--remember', '--remember', [CompletionResultType]::ParameterName, 'Not to be asked about the same again in this run; with `capsule` or `user`, for later runs of this capsule or of this account, too, once the constitution that is proposed for it is signed and activated')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;approvals;deny' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;approvals;answer' {
            [CompletionResult]::new('--choice', '--choice', [CompletionResultType]::ParameterName, 'One of the choices that `somagent approvals show` lists')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'A field of the form, as key=value, read as the type that the form asks for; may be given more than once')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'A field of the form, as key=value, read as the type that the form asks for; may be given more than once')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;approvals;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what waits for somebody, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Say yes: the action, the gate or the text may pass')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better')
            [CompletionResult]::new('answer', 'answer', [CompletionResultType]::ParameterValue, 'Answer with one of the choices, and fill in the form')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;approvals;help;list' {
            break
        }
        'somagent;approvals;help;show' {
            break
        }
        'somagent;approvals;help;approve' {
            break
        }
        'somagent;approvals;help;deny' {
            break
        }
        'somagent;approvals;help;answer' {
            break
        }
        'somagent;approvals;help;help' {
            break
        }
        'somagent;budget' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a run may spend, holds for what is in flight, and has spent')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change what a run may spend, and go on with it when it paused for its budget')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;budget;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;budget;set' {
            [CompletionResult]::new('--step', '--step', [CompletionResultType]::ParameterName, 'Of one step instead of the whole run')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--park', '--park', [CompletionResultType]::ParameterName, 'Only record the bounds: `somagent runs resume` goes on')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;budget;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a run may spend, holds for what is in flight, and has spent')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change what a run may spend, and go on with it when it paused for its budget')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;budget;help;show' {
            break
        }
        'somagent;budget;help;set' {
            break
        }
        'somagent;budget;help;help' {
            break
        }
        'somagent;mode' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what each mode changes, which one is in force, and where that comes from')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Record another deployment mode')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;mode;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mode;set' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Record a looser mode without being asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Record a looser mode without being asked')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mode;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what each mode changes, which one is in force, and where that comes from')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Record another deployment mode')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;mode;help;show' {
            break
        }
        'somagent;mode;help;set' {
            break
        }
        'somagent;mode;help;help' {
            break
        }
        'somagent;elevate' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'developer, training, test, production or production-enterprise, perhaps with `-debug`')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'How long: 90s, 15m, 2h')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--end', '--end', [CompletionResultType]::ParameterName, 'End the elevation now')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a small capsule that works, to begin with')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the capsules that can be run by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a capsule: inputs, steps, budget, digest')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw the steps of a capsule and what each needs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a capsule and show every problem in its place')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say at length what a problem code means')
            [CompletionResult]::new('lock', 'lock', [CompletionResultType]::ParameterValue, 'Pin a capsule to what it means now')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Rewrite a capsule of an older format')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;capsule;new' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Begin with a built-in capsule (`somagent capsule list`) instead')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Where to write it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Print the text as it is')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;graph' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'The form of the drawing')
            [CompletionResult]::new('--scale', '--scale', [CompletionResultType]::ParameterName, 'Pixels of a PNG for each of the SVG, along and down')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Write it to a file, over one that is there')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;lint' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Mend in the file what can be mended in one way only, and check again')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;explain' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;lock' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Compare with the lock that is there, and write nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;migrate' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Replace the file instead of printing the text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;capsule;help' {
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a small capsule that works, to begin with')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the capsules that can be run by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a capsule: inputs, steps, budget, digest')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw the steps of a capsule and what each needs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a capsule and show every problem in its place')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say at length what a problem code means')
            [CompletionResult]::new('lock', 'lock', [CompletionResultType]::ParameterValue, 'Pin a capsule to what it means now')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Rewrite a capsule of an older format')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;capsule;help;new' {
            break
        }
        'somagent;capsule;help;list' {
            break
        }
        'somagent;capsule;help;show' {
            break
        }
        'somagent;capsule;help;graph' {
            break
        }
        'somagent;capsule;help;lint' {
            break
        }
        'somagent;capsule;help;explain' {
            break
        }
        'somagent;capsule;help;lock' {
            break
        }
        'somagent;capsule;help;migrate' {
            break
        }
        'somagent;capsule;help;help' {
            break
        }
        'somagent;model' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known here, and which of them fit into memory now')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Fetch a model and check its digests')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a model: size, licence, standing, digests, sources, and what its file says of itself')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a model''s files, with all that was made of them')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure how fast a model loads, reads and writes on this machine, or how good it is')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Print texts as vectors: what is alike in meaning has a small angle between')
            [CompletionResult]::new('head', 'head', [CompletionResultType]::ParameterValue, 'Train heads from examples, and ask them what a text is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;model;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;pull' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Take it from this file instead of the network; of a model with several files, the directory that holds them')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;remove' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;bench' {
            [CompletionResult]::new('--prompt-tokens', '--prompt-tokens', [CompletionResultType]::ParameterName, 'Tokens to read')
            [CompletionResult]::new('--output-tokens', '--output-tokens', [CompletionResultType]::ParameterName, 'Tokens to write')
            [CompletionResult]::new('--runs', '--runs', [CompletionResultType]::ParameterName, 'How often')
            [CompletionResult]::new('--peer', '--peer', [CompletionResultType]::ParameterName, 'A `llama-bench` of llama.cpp to compare with')
            [CompletionResult]::new('--quality', '--quality', [CompletionResultType]::ParameterName, 'How well it predicts a text, or chooses the labels of a `.jsonl` of `text` and `label` (200 items of it), instead of how fast it is; may be given more than once')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;embed' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model: a name of kind `embedding` that `somagent model list` shows')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model: a name of kind `embedding` that `somagent model list` shows')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Each line of standard input is a text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('train', 'train', [CompletionResultType]::ParameterValue, 'Train a head from examples')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the heads that are here, every version of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a head: labels, what it was trained from, how good it is, its rules')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure a head on examples that it was not trained from')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Say what texts are')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;model;head;train' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The file with the examples')
            [CompletionResult]::new('--text-field', '--text-field', [CompletionResultType]::ParameterName, 'The field of an example that has the text')
            [CompletionResult]::new('--label-field', '--label-field', [CompletionResultType]::ParameterName, 'The field that has the label')
            [CompletionResult]::new('--group-field', '--group-field', [CompletionResultType]::ParameterName, 'The field that says what an example belongs to, such as a project')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A YAML file of rules: regular expressions that are features, or that decide by themselves')
            [CompletionResult]::new('--with-language-model', '--with-language-model', [CompletionResultType]::ParameterName, 'Let a language model say which label it takes a text for, and learn what that is worth: MODEL, or the default one. The head then asks that model, too, whenever it is used')
            [CompletionResult]::new('--precision', '--precision', [CompletionResultType]::ParameterName, 'The share of answers that must be right: below the confidence that this takes, the head abstains')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--no-ngrams', '--no-ngrams', [CompletionResultType]::ParameterName, 'Leave out words and pieces of words: a smaller head that knows only meanings')
            [CompletionResult]::new('--balanced', '--balanced', [CompletionResultType]::ParameterName, 'Let each label weigh the same, however many examples it has')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head;eval' {
            [CompletionResult]::new('--text-field', '--text-field', [CompletionResultType]::ParameterName, 'The field of an example that has the text')
            [CompletionResult]::new('--label-field', '--label-field', [CompletionResultType]::ParameterName, 'The field that has the label')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head;classify' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--stdin', '--stdin', [CompletionResultType]::ParameterName, 'Each line of standard input is a text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;model;head;help' {
            [CompletionResult]::new('train', 'train', [CompletionResultType]::ParameterValue, 'Train a head from examples')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the heads that are here, every version of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a head: labels, what it was trained from, how good it is, its rules')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure a head on examples that it was not trained from')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Say what texts are')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;model;head;help;train' {
            break
        }
        'somagent;model;head;help;list' {
            break
        }
        'somagent;model;head;help;show' {
            break
        }
        'somagent;model;head;help;eval' {
            break
        }
        'somagent;model;head;help;classify' {
            break
        }
        'somagent;model;head;help;help' {
            break
        }
        'somagent;model;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known here, and which of them fit into memory now')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Fetch a model and check its digests')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a model: size, licence, standing, digests, sources, and what its file says of itself')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a model''s files, with all that was made of them')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure how fast a model loads, reads and writes on this machine, or how good it is')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Print texts as vectors: what is alike in meaning has a small angle between')
            [CompletionResult]::new('head', 'head', [CompletionResultType]::ParameterValue, 'Train heads from examples, and ask them what a text is')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;model;help;list' {
            break
        }
        'somagent;model;help;pull' {
            break
        }
        'somagent;model;help;show' {
            break
        }
        'somagent;model;help;remove' {
            break
        }
        'somagent;model;help;bench' {
            break
        }
        'somagent;model;help;embed' {
            break
        }
        'somagent;model;help;head' {
            [CompletionResult]::new('train', 'train', [CompletionResultType]::ParameterValue, 'Train a head from examples')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the heads that are here, every version of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a head: labels, what it was trained from, how good it is, its rules')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure a head on examples that it was not trained from')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Say what texts are')
            break
        }
        'somagent;model;help;head;train' {
            break
        }
        'somagent;model;help;head;list' {
            break
        }
        'somagent;model;help;head;show' {
            break
        }
        'somagent;model;help;head;eval' {
            break
        }
        'somagent;model;help;head;classify' {
            break
        }
        'somagent;model;help;help' {
            break
        }
        'somagent;tool' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what capsules can act with: each action, what it touches and what a repetition would do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say in words what a call would do, and what the constitution in force says of it')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Call an action once, as a run of one step')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Check whether what each tool needs of this machine is there')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;tool;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;tool;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;tool;explain' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'An argument; a value that is JSON is taken as that unless the action wants a text')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'An argument; a value that is JSON is taken as that unless the action wants a text')
            [CompletionResult]::new('--args', '--args', [CompletionResultType]::ParameterName, 'All arguments as a JSON object; single ones win over it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;tool;test' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'An argument; a value that is JSON is taken as that unless the action wants a text')
            [CompletionResult]::new('--param', '--param', [CompletionResultType]::ParameterName, 'An argument; a value that is JSON is taken as that unless the action wants a text')
            [CompletionResult]::new('--args', '--args', [CompletionResultType]::ParameterName, 'All arguments as a JSON object; single ones win over it')
            [CompletionResult]::new('--approval', '--approval', [CompletionResultType]::ParameterName, 'What becomes of a question to a person; by default it is asked on a terminal, and elsewhere the run parks')
            [CompletionResult]::new('--output-file', '--output-file', [CompletionResultType]::ParameterName, 'Also write the main output to a file')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Also write a JUnit report; in GitLab CI, the Code Quality report `gl-code-quality-report.json` beside it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;tool;health' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;tool;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what capsules can act with: each action, what it touches and what a repetition would do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say in words what a call would do, and what the constitution in force says of it')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Call an action once, as a run of one step')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Check whether what each tool needs of this machine is there')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;tool;help;list' {
            break
        }
        'somagent;tool;help;show' {
            break
        }
        'somagent;tool;help;explain' {
            break
        }
        'somagent;tool;help;test' {
            break
        }
        'somagent;tool;help;health' {
            break
        }
        'somagent;tool;help;help' {
            break
        }
        'somagent;mcp' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Attach a server: start it, show what it offers, and approve that')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the attached servers: what each may do, and whether its tools are approved')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Start a server and compare what it offers with what was approved')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve what a server offers now, in place of what was approved before')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over the servers of a configuration of Claude, VS Code or another client')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Detach a server, and forget what was approved of it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;mcp;add' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'The address of a server that is no program')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A header of requests to the address')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'A variable of the program''s environment')
            [CompletionResult]::new('--read', '--read', [CompletionResultType]::ParameterName, 'A file or directory that the program may read')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'A directory that the program may change')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'A server that the program may reach: `https://api.example`')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long a call may take: 90s, 15m')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'The version of the protocol that it speaks, where finding that out fails')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--no-sandbox', '--no-sandbox', [CompletionResultType]::ParameterName, 'Let the program do whatever you can')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Approve what it offers without being asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Approve what it offers without being asked')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;list' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;test' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;approve' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Approve what it offers without being asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Approve what it offers without being asked')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;import' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Only these servers')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;remove' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;mcp;help' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Attach a server: start it, show what it offers, and approve that')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the attached servers: what each may do, and whether its tools are approved')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Start a server and compare what it offers with what was approved')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve what a server offers now, in place of what was approved before')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over the servers of a configuration of Claude, VS Code or another client')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Detach a server, and forget what was approved of it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;mcp;help;add' {
            break
        }
        'somagent;mcp;help;list' {
            break
        }
        'somagent;mcp;help;test' {
            break
        }
        'somagent;mcp;help;approve' {
            break
        }
        'somagent;mcp;help;import' {
            break
        }
        'somagent;mcp;help;remove' {
            break
        }
        'somagent;mcp;help;help' {
            break
        }
        'somagent;policy' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Ask the law about a call that nobody makes: one JSON object in, a verdict out')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say why the actions of a run were allowed, asked about or denied')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide the recorded actions of a run again under another constitution, and show what would differ')
            [CompletionResult]::new('suggest', 'suggest', [CompletionResultType]::ParameterValue, 'Find what past approvals say need not be asked again, with the evidence')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the tests of policies in Rego, as OPA runs them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;policy;check' {
            [CompletionResult]::new('--constitution', '--constitution', [CompletionResultType]::ParameterName, 'Ask this constitution, signed or not, instead of the one in force')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'Read one object a line and write one verdict a line, as each is read')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;policy;explain' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;policy;replay' {
            [CompletionResult]::new('--constitution', '--constitution', [CompletionResultType]::ParameterName, 'The other constitution; without it, the one that a new store begins with')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;policy;suggest' {
            [CompletionResult]::new('--at-least', '--at-least', [CompletionResultType]::ParameterName, 'How many approvals make a rule worth it')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many of the newest approvals are looked at')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many of the newest approvals are looked at')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--propose', '--propose', [CompletionResultType]::ParameterName, 'Propose the constitution in force with all of it under `remembered`')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;policy;test' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;policy;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Ask the law about a call that nobody makes: one JSON object in, a verdict out')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say why the actions of a run were allowed, asked about or denied')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide the recorded actions of a run again under another constitution, and show what would differ')
            [CompletionResult]::new('suggest', 'suggest', [CompletionResultType]::ParameterValue, 'Find what past approvals say need not be asked again, with the evidence')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the tests of policies in Rego, as OPA runs them')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;policy;help;check' {
            break
        }
        'somagent;policy;help;explain' {
            break
        }
        'somagent;policy;help;replay' {
            break
        }
        'somagent;policy;help;suggest' {
            break
        }
        'somagent;policy;help;test' {
            break
        }
        'somagent;policy;help;help' {
            break
        }
        'somagent;constitution' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the constitution in force: articles, rules in words, the score, and who signed it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the constitution in force, or a file, against the keys that this store trusts')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say what one constitution changes of another, and whether that is looser or stricter')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find what nobody sees by reading a constitution, each with an action that shows it')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a text to be signed, and say what it would change')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed constitution, with the key of this installation or another trusted one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Put the proposed constitution in force, once enough trusted keys have signed it')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'See and change whose signatures count')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;constitution;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Print its text; that of a shipped one with a version above the one in force, as `propose` takes it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;verify' {
            [CompletionResult]::new('--signatures', '--signatures', [CompletionResultType]::ParameterName, 'Its signatures; without it, FILE.sig')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;diff' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;check' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;propose' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Sign this text instead of what is proposed')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Where the signature over it goes')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;activate' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Put it in force without being asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Put it in force without being asked')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;keys' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the keys whose signatures count, and those that are proposed')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a set of keys to be signed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed keys, with the key of this installation or another one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Let the signatures of the proposed keys count, and no others')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;constitution;keys;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;keys;propose' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'A key of the set: `ed25519:…` or the file of a public key; give it once for each')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'How many of them will have to sign')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;keys;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;keys;activate' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Put them in force without being asked')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Put them in force without being asked')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;constitution;keys;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the keys whose signatures count, and those that are proposed')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a set of keys to be signed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed keys, with the key of this installation or another one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Let the signatures of the proposed keys count, and no others')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;constitution;keys;help;show' {
            break
        }
        'somagent;constitution;keys;help;propose' {
            break
        }
        'somagent;constitution;keys;help;sign' {
            break
        }
        'somagent;constitution;keys;help;activate' {
            break
        }
        'somagent;constitution;keys;help;help' {
            break
        }
        'somagent;constitution;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the constitution in force: articles, rules in words, the score, and who signed it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the constitution in force, or a file, against the keys that this store trusts')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say what one constitution changes of another, and whether that is looser or stricter')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find what nobody sees by reading a constitution, each with an action that shows it')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a text to be signed, and say what it would change')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed constitution, with the key of this installation or another trusted one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Put the proposed constitution in force, once enough trusted keys have signed it')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'See and change whose signatures count')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;constitution;help;show' {
            break
        }
        'somagent;constitution;help;verify' {
            break
        }
        'somagent;constitution;help;diff' {
            break
        }
        'somagent;constitution;help;check' {
            break
        }
        'somagent;constitution;help;propose' {
            break
        }
        'somagent;constitution;help;sign' {
            break
        }
        'somagent;constitution;help;activate' {
            break
        }
        'somagent;constitution;help;keys' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the keys whose signatures count, and those that are proposed')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a set of keys to be signed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed keys, with the key of this installation or another one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Let the signatures of the proposed keys count, and no others')
            break
        }
        'somagent;constitution;help;keys;show' {
            break
        }
        'somagent;constitution;help;keys;propose' {
            break
        }
        'somagent;constitution;help;keys;sign' {
            break
        }
        'somagent;constitution;help;keys;activate' {
            break
        }
        'somagent;constitution;help;help' {
            break
        }
        'somagent;audit' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify every stored byte of the log')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print the last events of the store')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;audit;verify' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'A checkpoint that was kept elsewhere: the log must contain it')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;audit;tail' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;audit;help' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify every stored byte of the log')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print the last events of the store')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;audit;help;verify' {
            break
        }
        'somagent;audit;help;tail' {
            break
        }
        'somagent;audit;help;help' {
            break
        }
        'somagent;init' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'A key whose signature counts, instead of that of this installation: `ed25519:…` or the file of a public key; give it once for each')
            [CompletionResult]::new('--threshold', '--threshold', [CompletionResultType]::ParameterName, 'How many of them have to sign a constitution, and other keys')
            [CompletionResult]::new('--constitution', '--constitution', [CompletionResultType]::ParameterName, 'The constitution that they signed; without it, the one that a store begins with')
            [CompletionResult]::new('--signatures', '--signatures', [CompletionResultType]::ParameterName, 'Its signatures; give it once for each file')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask; for scripts')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; for scripts')
            [CompletionResult]::new('--no-model', '--no-model', [CompletionResultType]::ParameterName, 'Leave the model for later')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;doctor' {
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Events in the scratch store')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('--bench', '--bench', [CompletionResultType]::ParameterName, 'Measure what the dashboard costs as well, beside its limits')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;version' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;completion' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the pages of all commands into this directory instead')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Form of the data on standard output')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in this directory')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print only data and errors')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask: what would need an answer fails or waits in the journal')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Refuse every network connection')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'somagent;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run a capsule')
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'Ask a model one question')
            [CompletionResult]::new('chat', 'chat', [CompletionResultType]::ParameterValue, 'Talk with a model')
            [CompletionResult]::new('runs', 'runs', [CompletionResultType]::ParameterValue, 'Look at runs, and say what becomes of them')
            [CompletionResult]::new('approvals', 'approvals', [CompletionResultType]::ParameterValue, 'See what waits for somebody, and decide it')
            [CompletionResult]::new('budget', 'budget', [CompletionResultType]::ParameterValue, 'See and change what a run may spend')
            [CompletionResult]::new('mode', 'mode', [CompletionResultType]::ParameterValue, 'See and change the deployment mode of the store')
            [CompletionResult]::new('elevate', 'elevate', [CompletionResultType]::ParameterValue, 'Let a looser mode be in force for a time, and only for that')
            [CompletionResult]::new('capsule', 'capsule', [CompletionResultType]::ParameterValue, 'Make, read, check, draw and lock capsules')
            [CompletionResult]::new('model', 'model', [CompletionResultType]::ParameterValue, 'List, fetch and look at on-device models')
            [CompletionResult]::new('tool', 'tool', [CompletionResultType]::ParameterValue, 'List tools, read their contracts, and try them')
            [CompletionResult]::new('mcp', 'mcp', [CompletionResultType]::ParameterValue, 'Attach servers of the Model Context Protocol (MCP), whose tools capsules then use')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Ask what may happen, and why')
            [CompletionResult]::new('constitution', 'constitution', [CompletionResultType]::ParameterValue, 'Read, verify, compare and change what agents may do')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Read and verify the audit log')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Set everything up: directories, key, constitution, store, default model')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check whether this machine is ready, and say what would make it so')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the version of somagent and what it was built for')
            [CompletionResult]::new('completion', 'completion', [CompletionResultType]::ParameterValue, 'Print the completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write one page for each command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'somagent;help;run' {
            break
        }
        'somagent;help;ask' {
            break
        }
        'somagent;help;chat' {
            break
        }
        'somagent;help;runs' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List runs, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: its steps, what it waits for, what it spent, what it left behind')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Print what a run did, as it was printed while it ran')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Print what a run does while it does it, from its beginning')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until a run is over, or until nobody drives it any more')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Go on with an interrupted, parked or paused run')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Begin nothing new in a run until it is resumed')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End a run, undoing what can be undone')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Do failed steps again, or those that are named, with all that needs them')
            [CompletionResult]::new('fork', 'fork', [CompletionResultType]::ParameterValue, 'Begin a new run that takes over what another one has done before a step')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide a recorded run again, and hold what comes out against the record')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a run and all that its steps began as one file that explains and verifies itself')
            break
        }
        'somagent;help;runs;list' {
            break
        }
        'somagent;help;runs;show' {
            break
        }
        'somagent;help;runs;logs' {
            break
        }
        'somagent;help;runs;watch' {
            break
        }
        'somagent;help;runs;wait' {
            break
        }
        'somagent;help;runs;resume' {
            break
        }
        'somagent;help;runs;pause' {
            break
        }
        'somagent;help;runs;cancel' {
            break
        }
        'somagent;help;runs;retry' {
            break
        }
        'somagent;help;runs;fork' {
            break
        }
        'somagent;help;runs;diff' {
            break
        }
        'somagent;help;runs;replay' {
            break
        }
        'somagent;help;runs;export' {
            break
        }
        'somagent;help;approvals' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what waits for somebody, the newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Say yes: the action, the gate or the text may pass')
            [CompletionResult]::new('deny', 'deny', [CompletionResultType]::ParameterValue, 'Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better')
            [CompletionResult]::new('answer', 'answer', [CompletionResultType]::ParameterValue, 'Answer with one of the choices, and fill in the form')
            break
        }
        'somagent;help;approvals;list' {
            break
        }
        'somagent;help;approvals;show' {
            break
        }
        'somagent;help;approvals;approve' {
            break
        }
        'somagent;help;approvals;deny' {
            break
        }
        'somagent;help;approvals;answer' {
            break
        }
        'somagent;help;budget' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a run may spend, holds for what is in flight, and has spent')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change what a run may spend, and go on with it when it paused for its budget')
            break
        }
        'somagent;help;budget;show' {
            break
        }
        'somagent;help;budget;set' {
            break
        }
        'somagent;help;mode' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what each mode changes, which one is in force, and where that comes from')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Record another deployment mode')
            break
        }
        'somagent;help;mode;show' {
            break
        }
        'somagent;help;mode;set' {
            break
        }
        'somagent;help;elevate' {
            break
        }
        'somagent;help;capsule' {
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a small capsule that works, to begin with')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the capsules that can be run by name')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a capsule: inputs, steps, budget, digest')
            [CompletionResult]::new('graph', 'graph', [CompletionResultType]::ParameterValue, 'Draw the steps of a capsule and what each needs')
            [CompletionResult]::new('lint', 'lint', [CompletionResultType]::ParameterValue, 'Check a capsule and show every problem in its place')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say at length what a problem code means')
            [CompletionResult]::new('lock', 'lock', [CompletionResultType]::ParameterValue, 'Pin a capsule to what it means now')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Rewrite a capsule of an older format')
            break
        }
        'somagent;help;capsule;new' {
            break
        }
        'somagent;help;capsule;list' {
            break
        }
        'somagent;help;capsule;show' {
            break
        }
        'somagent;help;capsule;graph' {
            break
        }
        'somagent;help;capsule;lint' {
            break
        }
        'somagent;help;capsule;explain' {
            break
        }
        'somagent;help;capsule;lock' {
            break
        }
        'somagent;help;capsule;migrate' {
            break
        }
        'somagent;help;model' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the models that are known here, and which of them fit into memory now')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Fetch a model and check its digests')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a model: size, licence, standing, digests, sources, and what its file says of itself')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a model''s files, with all that was made of them')
            [CompletionResult]::new('bench', 'bench', [CompletionResultType]::ParameterValue, 'Measure how fast a model loads, reads and writes on this machine, or how good it is')
            [CompletionResult]::new('embed', 'embed', [CompletionResultType]::ParameterValue, 'Print texts as vectors: what is alike in meaning has a small angle between')
            [CompletionResult]::new('head', 'head', [CompletionResultType]::ParameterValue, 'Train heads from examples, and ask them what a text is')
            break
        }
        'somagent;help;model;list' {
            break
        }
        'somagent;help;model;pull' {
            break
        }
        'somagent;help;model;show' {
            break
        }
        'somagent;help;model;remove' {
            break
        }
        'somagent;help;model;bench' {
            break
        }
        'somagent;help;model;embed' {
            break
        }
        'somagent;help;model;head' {
            [CompletionResult]::new('train', 'train', [CompletionResultType]::ParameterValue, 'Train a head from examples')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the heads that are here, every version of them')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a head: labels, what it was trained from, how good it is, its rules')
            [CompletionResult]::new('eval', 'eval', [CompletionResultType]::ParameterValue, 'Measure a head on examples that it was not trained from')
            [CompletionResult]::new('classify', 'classify', [CompletionResultType]::ParameterValue, 'Say what texts are')
            break
        }
        'somagent;help;model;head;train' {
            break
        }
        'somagent;help;model;head;list' {
            break
        }
        'somagent;help;model;head;show' {
            break
        }
        'somagent;help;model;head;eval' {
            break
        }
        'somagent;help;model;head;classify' {
            break
        }
        'somagent;help;tool' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what capsules can act with: each action, what it touches and what a repetition would do')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say in words what a call would do, and what the constitution in force says of it')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Call an action once, as a run of one step')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Check whether what each tool needs of this machine is there')
            break
        }
        'somagent;help;tool;list' {
            break
        }
        'somagent;help;tool;show' {
            break
        }
        'somagent;help;tool;explain' {
            break
        }
        'somagent;help;tool;test' {
            break
        }
        'somagent;help;tool;health' {
            break
        }
        'somagent;help;mcp' {
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Attach a server: start it, show what it offers, and approve that')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the attached servers: what each may do, and whether its tools are approved')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Start a server and compare what it offers with what was approved')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve what a server offers now, in place of what was approved before')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take over the servers of a configuration of Claude, VS Code or another client')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Detach a server, and forget what was approved of it')
            break
        }
        'somagent;help;mcp;add' {
            break
        }
        'somagent;help;mcp;list' {
            break
        }
        'somagent;help;mcp;test' {
            break
        }
        'somagent;help;mcp;approve' {
            break
        }
        'somagent;help;mcp;import' {
            break
        }
        'somagent;help;mcp;remove' {
            break
        }
        'somagent;help;policy' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Ask the law about a call that nobody makes: one JSON object in, a verdict out')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say why the actions of a run were allowed, asked about or denied')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Decide the recorded actions of a run again under another constitution, and show what would differ')
            [CompletionResult]::new('suggest', 'suggest', [CompletionResultType]::ParameterValue, 'Find what past approvals say need not be asked again, with the evidence')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Run the tests of policies in Rego, as OPA runs them')
            break
        }
        'somagent;help;policy;check' {
            break
        }
        'somagent;help;policy;explain' {
            break
        }
        'somagent;help;policy;replay' {
            break
        }
        'somagent;help;policy;suggest' {
            break
        }
        'somagent;help;policy;test' {
            break
        }
        'somagent;help;constitution' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the constitution in force: articles, rules in words, the score, and who signed it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the constitution in force, or a file, against the keys that this store trusts')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say what one constitution changes of another, and whether that is looser or stricter')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find what nobody sees by reading a constitution, each with an action that shows it')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a text to be signed, and say what it would change')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed constitution, with the key of this installation or another trusted one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Put the proposed constitution in force, once enough trusted keys have signed it')
            [CompletionResult]::new('keys', 'keys', [CompletionResultType]::ParameterValue, 'See and change whose signatures count')
            break
        }
        'somagent;help;constitution;show' {
            break
        }
        'somagent;help;constitution;verify' {
            break
        }
        'somagent;help;constitution;diff' {
            break
        }
        'somagent;help;constitution;check' {
            break
        }
        'somagent;help;constitution;propose' {
            break
        }
        'somagent;help;constitution;sign' {
            break
        }
        'somagent;help;constitution;activate' {
            break
        }
        'somagent;help;constitution;keys' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the keys whose signatures count, and those that are proposed')
            [CompletionResult]::new('propose', 'propose', [CompletionResultType]::ParameterValue, 'Lay down a set of keys to be signed')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign the proposed keys, with the key of this installation or another one')
            [CompletionResult]::new('activate', 'activate', [CompletionResultType]::ParameterValue, 'Let the signatures of the proposed keys count, and no others')
            break
        }
        'somagent;help;constitution;keys;show' {
            break
        }
        'somagent;help;constitution;keys;propose' {
            break
        }
        'somagent;help;constitution;keys;sign' {
            break
        }
        'somagent;help;constitution;keys;activate' {
            break
        }
        'somagent;help;audit' {
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify every stored byte of the log')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Print the last events of the store')
            break
        }
        'somagent;help;audit;verify' {
            break
        }
        'somagent;help;audit;tail' {
            break
        }
        'somagent;help;init' {
            break
        }
        'somagent;help;doctor' {
            break
        }
        'somagent;help;version' {
            break
        }
        'somagent;help;completion' {
            break
        }
        'somagent;help;man' {
            break
        }
        'somagent;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
