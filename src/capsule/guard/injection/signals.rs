//! The signals: what each is called, what it weighs, how it is recognised.
//!
//! Patterns see plain text: lower case, single spaces, single line breaks. Their gaps are bounded.

/// A construction that attacks use.
#[derive(Debug)]
pub(super) struct Signal {
    /// What a finding calls it.
    pub(super) what: &'static str,
    /// How much it says alone, from 0 to 1.
    pub(super) weight: f64,
    /// One of them is in every match.
    pub(super) words: &'static [&'static str],
    /// The expression; none for invisible characters, which are seen while the text is made plain.
    pub(super) pattern: Option<&'static str>,
}

const fn signal(what: &'static str, weight: f64, words: &'static [&'static str], pattern: &'static str) -> Signal {
    Signal {
        what,
        weight,
        words,
        pattern: Some(pattern),
    }
}

const fn unseen(what: &'static str, weight: f64) -> Signal {
    Signal {
        what,
        weight,
        words: &[],
        pattern: None,
    }
}

/// Every signal; at most 64. A match is shorter than [`super::REACH`].
pub(super) const SIGNALS: &[Signal] = &[
    signal(
        "override",
        0.8,
        &[
            "ignor",
            "disregard",
            "forget",
            "overrid",
            "bypass",
            "not follow",
            "stop following",
            "neglect",
            "not obey",
        ],
        r"\b(ignor(e|ing)|disregard(ing)?|forget(ting)?|overrid(e|ing)|bypass(ing)?|do not follow|don't follow|stop following|neglect|do not obey)\s((and|or|also|please|just|immediately|completely|then)\s){0,2}((all|any|every|everything|each|of|the|these|those|my|that|other)\s){0,4}((your|previous|previously|prior|above|earlier|preceding|foregoing|original|initial|system|existing|given|safety|former|past)\s(and\s|or\s)?){1,3}([a-z]{3,12}\s){0,2}(instructions?|prompts?|directives?|rules?|guidelines?|commands?|orders?|programming|constraints?|training|policies|restrictions)\b",
    ),
    signal(
        "override",
        0.8,
        &["ignor", "disregard", "forget"],
        r"\b(ignore|disregard|forget)\s(all|everything|anything|whatever|all of what)\s?(that\s|that's\s|you\s|i\s|was\s|were\s|is\s|has\s|have\s|been\s|ever\s){0,4}(said|told|above|before this|written|instructed|learned|know)\b|\b(ignore|disregard)\s(the\s|all\s)?(instructions|text|content|directions)\s(above|before|preceding|given)\b",
    ),
    signal(
        "new_instructions",
        0.55,
        &["new ", "updated ", "real ", "actual "],
        r"\byour\s(new|updated|real|actual|only)\s(task|instructions?|role|goal|objective|mission|orders?|job|purpose|directive)\b|\b(new|updated)\s(system\s)?(instructions|directives?|orders)\s?(:|are|follow|from)",
    ),
    signal(
        "role_switch",
        0.45,
        &[
            "you are now",
            "you're now",
            "from now on",
            "pretend",
            "act as",
            "roleplay",
            "role-play",
            "you will now",
        ],
        r"\byou('re|\sare)\snow\s(a|an|the|in|no longer|free|going|called|operating|acting|dan|my|not)\b|\bfrom now on,?\s(you|your|act|respond|answer|always|ignore)\b|\bpretend\s(to be|you are|you're|that you|you have)\b|\b(role-?play|act)\sas\s(if you|though you|an? (unrestricted|unfiltered|evil|uncensored|admin|root|developer|hacker|different)|dan\b|my\s)|\byou will now\s(act|be|behave|respond|play)\b",
    ),
    signal(
        "jailbreak_name",
        0.75,
        &["anything now", "dan mode", "jailbr", "god mode"],
        r"\bdo anything now\b|\bdan mode\b|\b(god|jailbreak)\smode\s(is\s)?(now\s)?(enabled|activated|on|unlocked|engaged)\b|\b(enable|activate|enter|unlock)\s(god|dan|jailbreak)\smode\b|\byou (are|have been) jailbroken\b",
    ),
    signal(
        "mode_switch",
        0.4,
        &["developer mode", "debug mode", "admin mode", "maintenance mode"],
        r"\b(developer|debug|admin|maintenance)\smode\s(is\s)?(now\s)?(enabled|activated|on|unlocked|engaged)\b|\b(enable|activate|enter|unlock)\s(developer|admin)\smode\b",
    ),
    signal(
        "unrestricted",
        0.45,
        &[
            "without",
            "unrestricted",
            "unfiltered",
            "uncensored",
            "no restrictions",
            "no ethical",
            "no longer bound",
            "not bound",
        ],
        r"\bwithout\s(any\s)?(ethical\s|moral\s|content\s|safety\s)?(restrictions?|filters?|censorship|guardrails|guidelines|morals|safeguards)\b|\b(unrestricted|unfiltered|uncensored)\s(ai|assistant|model|mode|version|chatbot|answers?|responses?)\b|\bno (restrictions|ethical|moral)\s(or|guidelines|limits|boundaries|and)\b|\b(no longer|not)\sbound by\b",
    ),
    signal(
        "prompt_request",
        0.7,
        &["prompt", "instructions", "guidelines", "system message"],
        r"\b(reveal|show|print|repeat|output|display|tell|leak|dump|disclose|reproduce|recite|expose|share|return|write out|give me|what is|what are|what's|what was|what were)\s((me|us|out|back|all|of|the|full|complete|entire|exact|verbatim|text|contents?|word for word)\s){0,5}(your\s(system\s|initial\s|original\s|hidden\s|secret\s|full\s|internal\s|exact\s|developer\s)?(prompt|instructions|guidelines|system message|pre-?prompt)|(hidden|secret|internal|initial)\s(system\s)?(prompt|instructions)|system\s(prompt|message|instructions)|instructions you (were|have been) given)\b",
    ),
    signal(
        "prompt_request",
        0.7,
        &["above", "verbatim", "before this"],
        r"\b(repeat|print|output|copy|return|echo)\s(back\s)?(everything|all|all of the (text|words)|the (text|words|content|message|instructions|prompt)s?)\s(that (is|was|comes|came)\s|written\s)?(above|before this)\b",
    ),
    signal(
        "system_prompt_mention",
        0.2,
        &["system prompt", "system message", "developer message"],
        r"\b(system prompt|system message|developer message)s?\b",
    ),
    signal(
        "exfiltration",
        0.75,
        &["http", "@", "webhook", "attacker", "my server"],
        r#"\b(send|post|upload|forward|transmit|exfiltrate|leak|submit|e?mail|append|pass|report|deliver|copy)\s[a-z0-9 ,'"_/().-]{0,80}\b(secrets?|api[ _-]?keys?|access[ _-]?tokens?|passwords?|credentials?|conversation|chat (history|log)|environment variables|env vars?|ssh keys?|private keys?|\.env|cookies|personal data|user data|confidential|memory|customer (data|records|list))\b[a-z0-9 ,'"_/().-]{0,80}\b(to|at|via|into|using|through)\s[a-z0-9 ,'"_:<(-]{0,40}(https?://|[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}\.|webhook|the attacker|my server)"#,
    ),
    signal(
        "send_to_url",
        0.3,
        &["http"],
        r#"\b(send|post|upload|forward|transmit|submit)\s(it|them|this|that|the (result|results|output|data|contents?|answer|response|file|files|summary)|all|everything|what you)\b[a-z0-9 ,'"_-]{0,60}\b(to|at|via)\s[a-z ]{0,20}[<"'(`]{0,2}https?://"#,
    ),
    signal(
        "tool_imitation",
        0.65,
        &[
            "tool_call",
            "function_call",
            "invoke name",
            "<tool",
            "recipient_name",
            "tool_use",
        ],
        r#"</?(tool_calls?|function_calls?|tool_use|function_results?|tool_response)\b[ -;=?-~]{0,80}>|<invoke name=|"(tool_calls|function_call|recipient_name)"\s?:\s?[\[{"]|"type"\s?:\s?"(tool_use|function_call)""#,
    ),
    signal(
        "chat_markup",
        0.65,
        &[
            "<|",
            "[inst]",
            "[/inst]",
            "<<sys>>",
            "start_of_turn",
            "<system>",
            "</system>",
            "<assistant>",
            "[system]",
        ],
        r"<\|(im_start|im_end|im_sep|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|begin_of_text|end|channel|message)\|>|\[/?inst\]|<</?sys>>|<(start|end)_of_turn>|</?(system|assistant)>|\[system\]\s?(\(#|message|prompt|:)",
    ),
    signal(
        "role_label",
        0.35,
        &[
            "system:",
            "assistant:",
            "instruction:",
            "instructions:",
            "system message:",
            "human:",
        ],
        r"(^|\n)[#>* ]{0,6}(system|assistant|human|system message|developer|instructions?)\*{0,2}:\*{0,2}\s?(\n|you |ignore|please|do |from|sure|new |the user|important)",
    ),
    signal(
        "image_exfiltration",
        0.7,
        &["!["],
        r"!\[[ -Z^-~]{0,120}\]\(\s?https?://[!-'*-~]{1,200}[?&/=]([a-z_]{0,20}(data|secret|prompt|conversation|context|history|chat|summary|token|leak|exfil|password|stolen)[a-z_]{0,20}=[!-'*-~]{0,200}|[!-'*-~]{0,100}[{\[<$][!-'*-~]{1,100})",
    ),
    signal(
        "image_with_query",
        0.1,
        &["!["],
        r"!\[[ -Z^-~]{0,120}\]\(\s?https?://[!-'*-~]{1,300}\?[!-'*-~]{1,300}=",
    ),
    signal(
        "hidden_comment",
        0.6,
        &["<!--", "[//]: #", "[comment]: #"],
        r"(<!--|\[(//|comment)\]: # [(\x22'])[ -=?-~\n]{0,300}\b(ignore (all|any|the|previous|your|everything)|you (must|should|are (a|an|now))|(ai|llm) (agents?|assistants?|models?)|language models?|assistant[,:]|system prompt|do not (tell|mention|reveal)|instructions? (for|to) (the )?(ai|assistant|agent|llm|model))",
    ),
    signal(
        "hidden_style",
        0.35,
        &["display", "font-size", "visibility", "opacity", "color:"],
        r"\bdisplay\s?:\s?none|\bfont-size\s?:\s?0|\bvisibility\s?:\s?hidden|\bopacity\s?:\s?0[;\x22'. ]|[ ;{\x22']color\s?:\s?(white|#fff(fff)?|transparent)\b",
    ),
    signal(
        "concealment",
        0.6,
        &["user", "anyone", "human"],
        r"\b(do not|don't|never|without|must not)\s(ever\s)?(tell(ing)?|inform(ing)?|mention(ing)?|notify(ing)?|alert(ing)?|reveal(ing)?|disclos(e|ing)|warn(ing)?)\s((this|it|that|about|anything|to)\s){0,3}(the\s)?(users?|humans?|anyone|operator)\b",
    ),
    signal(
        "addressed_to_model",
        0.45,
        &["ai", "llm", "language model", "assistant", "chatbot"],
        r"\b(attention|important|note|message|notice|instructions?|warning|hey|dear|hello|hi|command)\s?(to|for|:|,)?\s?(all\s|any\s|the\s|every\s)?(ai|llm|a\.i\.|language model|chatbot|ai-?based)(\s(agents?|assistants?|models?|systems?|reviewers?|bots?|readers?))?s?\s?[:,!.(]|\bif you(\sare|'re)\s(an?|the)\s(ai|llm|large language|language model|artificial|chatbot|automated agent|ai agent|ai assistant)\b",
    ),
    signal(
        "claimed_authority",
        0.4,
        &[
            "i am your",
            "i am the",
            "i'm your",
            "i'm the",
            "this is your",
            "authorized",
            "authorised",
            "message from",
        ],
        r"\b(i am|i'm|this is)\s(your|the)\s(developer|creator|administrator|admin|system administrator|owner of this (system|model)|programmer)\b|\bmessage from\s(openai|anthropic|google|the (developers?|administrators?|system|admin))\b|\b(you are|you have been)\s(hereby\s)?(authori[sz]ed|granted (full )?(access|permission))\sto\b",
    ),
    signal(
        "decode_and_obey",
        0.7,
        &["decode", "base64", "rot13"],
        r"\b(decode|decrypt|translate)\s[a-z0-9 ,'_-]{0,40}(base ?64|rot ?13|hex|morse|cipher|following|string)[a-z0-9 ,'_:-]{0,60}\b(and|then)\s(then\s)?(follow|execute|obey|run|do what|carry out|comply|act on)\b",
    ),
    signal(
        "false_end",
        0.4,
        &["end of", "begin ", "end system", "end user", "end prompt"],
        r"[-=#*<\[]{2,10}\s?(end of|end|begin)\s(of\s)?(the\s)?(document|context|data|user input|prompt|system prompt|input|system message|admin|instructions|user message|override)\b|\bend of (the )?(user input|system prompt|untrusted (data|input|content))\b",
    ),
    signal(
        "compliance_demand",
        0.3,
        &[
            "must comply",
            "must obey",
            "do not refuse",
            "cannot refuse",
            "no matter what",
            "not refuse",
            "override all",
            "takes precedence",
            "supersede",
        ],
        r"\byou (must|have to|will) (comply|obey)\b|\b(do not|don't|never|cannot|can't|must not) refuse\b|\b(this|these)\s[a-z ]{0,30}\b(supersedes?|overrides?|takes? precedence over)\s(all|any|every|your|previous)\b",
    ),
    unseen("tag_characters", 0.8),
    unseen("variation_selectors", 0.5),
    unseen("bidi_control", 0.35),
    unseen("zero_width", 0.3),
];
