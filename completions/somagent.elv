
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
            cand doctor 'Check whether this machine is ready, and say what would make it so'
            cand version 'Print the version of somagent and what it was built for'
            cand completion 'Print the completions for a shell'
            cand man 'Print the manual page, or write one page for each command'
            cand help 'Print this message or the help of the given subcommand(s)'
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
            cand doctor 'Check whether this machine is ready, and say what would make it so'
            cand version 'Print the version of somagent and what it was built for'
            cand completion 'Print the completions for a shell'
            cand man 'Print the manual page, or write one page for each command'
            cand help 'Print this message or the help of the given subcommand(s)'
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
