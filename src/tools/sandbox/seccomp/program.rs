//! Rules about system calls as a program of the kernel's packet filter (seccomp(2), `SECCOMP_SET_MODE_FILTER`).
//!
//! The number of the call is looked for by halving, and calls with neighbouring numbers and the same answer are one
//! entry. The kernel walks through a filter once for every number that there is when it is installed, and again at
//! each call: a list of comparisons, one for each call, costs a start half a millisecond more.

use std::collections::BTreeMap;
use std::io;

use libc::sock_filter;

/// What a call answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// What the kernel says.
    Allow,
    /// This error, and nothing is done.
    Errno(i32),
}

/// What an argument has to be; its lower 32 bits count, as they do in the calls that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    /// Which one, from 0.
    pub(super) argument: u8,
    /// The bits of it that are compared.
    pub(super) mask: u32,
    /// With what.
    pub(super) test: Test,
}

/// How an argument is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// It is this.
    Is(u32),
    /// It is anything else.
    IsNot(u32),
}

/// An answer for calls whose arguments meet all conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) conditions: Vec<Condition>,
    pub(super) answer: Answer,
}

impl Rule {
    pub(super) fn of(conditions: impl Into<Vec<Condition>>, answer: Answer) -> Self {
        Self {
            conditions: conditions.into(),
            answer,
        }
    }
}

/// What one call answers: what the first rule says that holds, or `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) rules: Vec<Rule>,
    pub(super) otherwise: Answer,
}

impl Call {
    /// The same whatever its arguments are.
    pub(super) fn always(answer: Answer) -> Self {
        Self {
            rules: Vec::new(),
            otherwise: answer,
        }
    }
}

/// A filter that the kernel takes.
#[derive(Clone)]
pub(in super::super) struct Program(Vec<sock_filter>);

/// What a call for this processor is marked with (linux/audit.h); other marks are calls of another instruction set.
#[cfg(target_arch = "x86_64")]
const PROCESSOR: u32 = libc::EM_X86_64 as u32 | BITS_64 | LITTLE_ENDIAN;
#[cfg(target_arch = "aarch64")]
const PROCESSOR: u32 = libc::EM_AARCH64 as u32 | BITS_64 | LITTLE_ENDIAN;
const BITS_64: u32 = 0x8000_0000;
const LITTLE_ENDIAN: u32 = 0x4000_0000;

/// Places in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// The longest program that the kernel takes (`BPF_MAXINSNS`).
const LONGEST: usize = 4_096;

impl Program {
    /// The program that answers as `calls` say, by number, and `otherwise` for all others.
    ///
    /// # Errors
    /// It would be longer than the kernel takes.
    pub(super) fn compile(calls: &BTreeMap<u32, Call>, otherwise: Answer) -> io::Result<Self> {
        let mut program = vec![
            load(ARCHITECTURE),
            jump(libc::BPF_JEQ, PROCESSOR, 1, 0),
            ret(libc::SECCOMP_RET_KILL_PROCESS),
            load(NUMBER),
        ];
        program.extend(search(&spans(calls, &Call::always(otherwise))));
        if program.len() > LONGEST {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        Ok(Self(program))
    }

    /// Restricts the calls of this thread, and of all that it becomes and begins. It may gain no new privileges.
    #[allow(unsafe_code, reason = "no safe interface installs a filter")]
    pub(in super::super) fn apply(&self) -> io::Result<()> {
        let program = libc::sock_fprog {
            len: u16::try_from(self.0.len()).map_err(io::Error::other)?,
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the structure and the instructions live through the call, which only reads them.
        let done = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
        if done == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

/// The numbers from which on an answer holds, the first one 0; neighbours with the same one are together.
fn spans<'a>(calls: &'a BTreeMap<u32, Call>, otherwise: &'a Call) -> Vec<(u32, &'a Call)> {
    let mut spans: Vec<(u32, &Call)> = Vec::new();
    let mut add = |from: u32, call: &'a Call| match spans.last() {
        Some((_, before)) if *before == call => {}
        _ => spans.push((from, call)),
    };
    let mut next = 0;
    for (number, call) in calls {
        if *number > next {
            add(next, otherwise);
        }
        add(*number, call);
        next = number.saturating_add(1);
    }
    add(next, otherwise);
    spans
}

/// Goes to the span that the number, which is loaded, lies in.
fn search(spans: &[(u32, &Call)]) -> Vec<sock_filter> {
    match spans {
        [] => Vec::new(),
        [(_, call)] => answer(call),
        _ => {
            let (lower, upper) = spans.split_at(spans.len() / 2);
            let middle = upper.first().map_or(0, |(from, _)| *from);
            let (lower, upper) = (search(lower), search(upper));
            let mut found = match u8::try_from(lower.len()) {
                Ok(over) => vec![jump(libc::BPF_JGE, middle, over, 0)],
                // A conditional jump reaches 255 instructions, the other one everything.
                Err(_) => vec![jump(libc::BPF_JGE, middle, 0, 1), far(lower.len())],
            };
            found.extend(lower);
            found.extend(upper);
            found
        }
    }
}

/// Looks at the arguments, where they count, and answers.
fn answer(call: &Call) -> Vec<sock_filter> {
    let mut program = Vec::new();
    for rule in &call.rules {
        // From behind, so that it is known how far it is to the next rule.
        let mut code = vec![ret(action(rule.answer))];
        for condition in rule.conditions.iter().rev() {
            let away = u8::try_from(code.len()).unwrap_or(u8::MAX);
            let (value, met, not_met) = match condition.test {
                Test::Is(value) => (value, 0, away),
                Test::IsNot(value) => (value, away, 0),
            };
            code.insert(0, jump(libc::BPF_JEQ, value & condition.mask, met, not_met));
            if condition.mask != u32::MAX {
                code.insert(
                    0,
                    instruction(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, condition.mask),
                );
            }
            code.insert(0, load(ARGUMENTS + 8 * u32::from(condition.argument)));
        }
        program.extend(code);
    }
    program.push(ret(action(call.otherwise)));
    program
}

fn action(answer: Answer) -> u32 {
    match answer {
        Answer::Allow => libc::SECCOMP_RET_ALLOW,
        Answer::Errno(errno) => libc::SECCOMP_RET_ERRNO | (errno.unsigned_abs() & libc::SECCOMP_RET_DATA),
    }
}

fn load(place: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, place)
}

fn jump(test: u32, value: u32, met: u8, not_met: u8) -> sock_filter {
    instruction(libc::BPF_JMP | test | libc::BPF_K, met, not_met, value)
}

fn far(over: usize) -> sock_filter {
    let over = u32::try_from(over).unwrap_or(u32::MAX);
    instruction(libc::BPF_JMP | libc::BPF_JA, 0, 0, over)
}

fn ret(action: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, action)
}

fn instruction(code: u32, met: u8, not_met: u8, value: u32) -> sock_filter {
    sock_filter {
        code: u16::try_from(code).unwrap_or(u16::MAX),
        jt: met,
        jf: not_met,
        k: value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that no kernel gives to a call: one that is let through answers ENOSYS.
    const FREE: std::ops::Range<u32> = 600..850;

    /// What the rules mean, said without jumps.
    fn meant(calls: &BTreeMap<u32, Call>, otherwise: Answer, number: u32, args: [u32; 3]) -> i32 {
        let met = |condition: &Condition| {
            let seen = args[usize::from(condition.argument)] & condition.mask;
            match condition.test {
                Test::Is(value) => seen == value & condition.mask,
                Test::IsNot(value) => seen != value & condition.mask,
            }
        };
        let answer = calls.get(&number).map_or(otherwise, |call| {
            let rule = call.rules.iter().find(|rule| rule.conditions.iter().all(met));
            rule.map_or(call.otherwise, |rule| rule.answer)
        });
        match answer {
            Answer::Allow => libc::ENOSYS,
            Answer::Errno(errno) => errno,
        }
    }

    /// What the kernel makes of the program, in a thread of its own.
    #[allow(unsafe_code, reason = "calls without a name are made by number")]
    fn heard(program: Program, asked: Vec<(u32, [u32; 3])>) -> Vec<i32> {
        std::thread::spawn(move || {
            rustix::thread::set_no_new_privs(true).unwrap();
            let mut heard = Vec::with_capacity(asked.len());
            program.apply().unwrap();
            for (number, [one, two, three]) in asked {
                // The upper half of an argument does not count.
                let high = |low: u32| u64::from(low) | 0xdead_beef_0000_0000;
                // SAFETY: there is no such call.
                let done = unsafe { libc::syscall(i64::from(number), high(one), high(two), high(three)) };
                assert_eq!(done, -1);
                heard.push(io::Error::last_os_error().raw_os_error().unwrap());
            }
            heard
        })
        .join()
        .unwrap()
    }

    struct Drawn(u64);

    impl Drawn {
        /// xorshift64 (G. Marsaglia, "Xorshift RNGs", 2003).
        fn below(&mut self, most: u32) -> u32 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            u32::try_from(self.0 % u64::from(most)).unwrap()
        }

        fn answer(&mut self) -> Answer {
            match self.below(3) {
                0 => Answer::Allow,
                _ => Answer::Errno(i32::try_from(100 + self.below(5)).unwrap()),
            }
        }

        fn condition(&mut self) -> Condition {
            let value = self.below(4);
            Condition {
                argument: u8::try_from(self.below(3)).unwrap(),
                mask: [u32::MAX, 1, 2, 3][usize::try_from(self.below(4)).unwrap()],
                test: if self.below(2) == 0 {
                    Test::Is(value)
                } else {
                    Test::IsNot(value)
                },
            }
        }

        fn call(&mut self) -> Call {
            let rules = (0..self.below(4)).map(|_| {
                let conditions: Vec<Condition> = (0..=self.below(3)).map(|_| self.condition()).collect();
                Rule::of(conditions, self.answer())
            });
            Call {
                rules: rules.collect(),
                otherwise: self.answer(),
            }
        }
    }

    #[test]
    fn the_kernel_answers_as_the_rules_say() {
        for seed in 1..=24 {
            let mut drawn = Drawn(seed * 0x9e37_79b9_7f4a_7c15);
            let otherwise = Answer::Errno(99);
            // What the thread itself needs.
            let needed = (0..FREE.start).map(|number| (number, Call::always(Answer::Allow)));
            let some = FREE.filter(|_| drawn.below(3) > 0).collect::<Vec<_>>();
            let some = some.into_iter().map(|number| (number, drawn.call()));
            let calls: BTreeMap<u32, Call> = needed.chain(some.collect::<Vec<_>>()).collect();
            let asked = FREE.chain([1 << 30 | 1, u32::MAX >> 1]).flat_map(|number| {
                let args = [0, 1, 2].map(|_| drawn.below(4));
                [(number, args), (number, [args[1], args[2], args[0]])]
            });
            let asked: Vec<(u32, [u32; 3])> = asked.collect();
            let expected: Vec<i32> = asked
                .iter()
                .map(|(number, args)| meant(&calls, otherwise, *number, *args))
                .collect();
            let program = Program::compile(&calls, otherwise).unwrap();
            assert_eq!(heard(program, asked), expected, "seed {seed}");
        }
    }

    #[test]
    fn the_filter_of_programs_is_short() {
        let filter = super::super::filter().unwrap();
        assert!(filter.0.len() < 512, "{} instructions", filter.0.len());
    }

    #[test]
    fn more_than_the_kernel_takes_is_refused() {
        let rule = Rule::of(
            [Condition {
                argument: 0,
                mask: 1,
                test: Test::Is(1),
            }],
            Answer::Allow,
        );
        let calls = (0..2_000).map(|number| {
            let call = Call {
                rules: vec![rule.clone()],
                otherwise: Answer::Errno(i32::try_from(number).unwrap()),
            };
            (number, call)
        });
        assert!(Program::compile(&calls.collect(), Answer::Allow).is_err());
    }
}
