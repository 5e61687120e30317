//! Deterministic simulation: the pure core, a journal in memory, and a world in which everything goes wrong.
//!
//! A seed makes a capsule and a schedule: who does what when, which process dies where, what the disk
//! loses, how the clock jumps, what people say. Every fact that becomes durable is audited by code that
//! knows nothing of the core, and every record is decided again at its end. `SOMAGENT_SIM_SEED=…` plays
//! one schedule and tells what happens; `SOMAGENT_SIM_SEEDS=FROM..TO` plays others than are played always.
//!
//! ```text
//!  seed ─► plan ─► schedule ─┬─ owner ─► decide ─► store (written ─► durable ─► acknowledged) ─► audit
//!                            ├─ people, clock, lost leases                        │
//!                            └─ world ◄─────────── effects ◄──────────────────────┘
//! ```

mod audit;
mod bug;
mod chance;
mod coverage;
mod edge;
mod owner;
mod people;
mod plan;
mod schedule;
mod store;
mod world;

use std::io::Write as _;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bug::Bug;
use chance::FAULTS;
use coverage::Coverage;
use plan::Plan;
use schedule::{Ended, Parameters, play};

/// Seeds of the schedules that are always played.
const SEEDS: Range<u64> = 0..100_000;

/// Seeds beyond those that broke a promise once.
const FOUND: [u64; 3] = [129_114, 136_357, 227_401];

/// How many of them share a capsule.
const OF_ONE_PLAN: u64 = 200;

/// How many moves may go wrong.
const MOVES: u32 = 120;

/// The most steps of a capsule.
const STEPS: u64 = 6;

impl Parameters {
    fn of(seed: u64) -> Self {
        Self {
            seed,
            without: 0,
            moves: MOVES,
            steps: STEPS,
        }
    }

    fn plan(&self) -> Plan {
        Plan::new(self.seed / OF_ONE_PLAN, self.steps)
    }

    /// Reads `SEED`, or `SEED:WITHOUT:MOVES:STEPS` as it is printed.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut parameters = Self::of(parts.next()?.parse().ok()?);
        if let Some(without) = parts.next() {
            parameters.without = without.parse().ok()?;
            parameters.moves = parts.next()?.parse().ok()?;
            parameters.steps = parts.next()?.parse().ok()?;
        }
        Some(parameters)
    }
}

impl std::fmt::Display for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}:{}", self.seed, self.without, self.moves, self.steps)
    }
}

/// A schedule in which a promise was broken.
#[derive(Debug, Clone)]
struct Failure {
    parameters: Parameters,
    promise: &'static str,
    how: String,
}

/// Plays the schedules with these seeds on all cores, until one of them breaks a promise.
fn search(seeds: Range<u64>, bug: Bug) -> (Coverage, Option<Failure>) {
    let next = AtomicU64::new(seeds.start / OF_ONE_PLAN);
    let is_found = AtomicBool::new(false);
    let result = Mutex::new((Coverage::default(), None::<Failure>));
    let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut coverage = Coverage::default();
                let mut failure = None;
                while !is_found.load(Ordering::Relaxed) && failure.is_none() {
                    let first = next.fetch_add(1, Ordering::Relaxed) * OF_ONE_PLAN;
                    if first >= seeds.end {
                        break;
                    }
                    failure = series(
                        first.max(seeds.start)..(first + OF_ONE_PLAN).min(seeds.end),
                        bug,
                        &mut coverage,
                    );
                }
                is_found.fetch_or(failure.is_some(), Ordering::Relaxed);
                let mut result = result.lock().unwrap();
                result.0.add(coverage);
                // Of several, the first is reported, whoever was faster.
                let earlier = |failure: &Failure| {
                    result
                        .1
                        .as_ref()
                        .is_none_or(|other| failure.parameters.seed < other.parameters.seed)
                };
                if failure.as_ref().is_some_and(earlier) {
                    result.1 = failure;
                }
            });
        }
    });
    result.into_inner().unwrap()
}

/// The schedules of one plan.
fn series(mut seeds: Range<u64>, bug: Bug, coverage: &mut Coverage) -> Option<Failure> {
    let plan = Parameters::of(seeds.start).plan();
    seeds.find_map(|seed| {
        let parameters = Parameters::of(seed);
        let (ended, covered, _) = play(&plan, parameters, bug, false);
        coverage.add(covered);
        failure(parameters, ended)
    })
}

fn failure(parameters: Parameters, ended: Result<(), Ended>) -> Option<Failure> {
    let Err(Ended::Broken(promise, how)) = ended else {
        return None;
    };
    Some(Failure {
        parameters,
        promise,
        how,
    })
}

fn again(parameters: Parameters, bug: Bug) -> Option<Failure> {
    let (ended, _, _) = play(&parameters.plan(), parameters, bug, false);
    failure(parameters, ended)
}

/// A smaller schedule that breaks the same promise: fewer steps, fewer moves, fewer kinds of faults.
fn shrink(found: &Failure, bug: Bug) -> Failure {
    let mut smallest = found.clone();
    let is_same = |parameters| again(parameters, bug).filter(|failure| failure.promise == found.promise);
    loop {
        let at = smallest.parameters;
        let fewer_steps = (1..at.steps).map(|steps| Parameters { steps, ..at });
        let fewer_moves = [at.moves / 2, at.moves * 9 / 10, at.moves.saturating_sub(1)];
        let fewer_moves = fewer_moves
            .into_iter()
            .filter(|moves| *moves < at.moves)
            .map(|moves| Parameters { moves, ..at });
        let fewer_faults = FAULTS
            .iter()
            .map(|kind| 1 << *kind as u16)
            .filter(|bit| at.without & bit == 0);
        let fewer_faults = fewer_faults.map(|bit| Parameters {
            without: at.without | bit,
            ..at
        });
        let mut smaller = fewer_steps.chain(fewer_faults).chain(fewer_moves);
        match smaller.find_map(is_same) {
            Some(failure) => smallest = failure,
            None => return smallest,
        }
    }
}

/// What happens in a schedule, for people.
fn story(parameters: Parameters, bug: Bug) -> String {
    let plan = parameters.plan();
    let (_, _, trace) = play(&plan, parameters, bug, true);
    format!("{}\n{}", plan.capsule.text(), trace.join("\n"))
}

/// Writes past the capture of output, so that it is seen when all is well.
fn tell(text: &str) {
    std::io::stderr().write_all(format!("{text}\n").as_bytes()).unwrap();
}

#[test]
fn no_schedule_breaks_a_promise() {
    if let Ok(text) = std::env::var("SOMAGENT_SIM_SEED") {
        let parameters = Parameters::parse(&text).expect("SEED or SEED:WITHOUT:MOVES:STEPS");
        tell(&story(parameters, Bug::None));
        let failure = again(parameters, Bug::None);
        assert!(failure.is_none(), "{failure:?}");
        return;
    }
    let seeds = std::env::var("SOMAGENT_SIM_SEEDS").map_or(SEEDS, |text| {
        let (from, to) = text.split_once("..").expect("FROM..TO");
        from.parse().expect("a number")..to.parse().expect("a number")
    });
    let (coverage, failure) = search(seeds.clone(), Bug::None);
    let failure = failure.or_else(|| FOUND.iter().find_map(|seed| again(Parameters::of(*seed), Bug::None)));
    if let Some(failure) = failure {
        let small = shrink(&failure, Bug::None);
        panic!(
            "{}: {}\nSOMAGENT_SIM_SEED={} plays it, SOMAGENT_SIM_SEED={} the whole of it\n{}",
            small.promise,
            small.how,
            small.parameters,
            failure.parameters,
            story(small.parameters, Bug::None)
        );
    }
    // Past the capture of output, so that it is seen when all is well.
    let told = format!(
        "{} schedules, {} facts\n{}\n",
        coverage.schedules,
        coverage.facts,
        coverage.table()
    );
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    assert_eq!(coverage.schedules, seeds.end - seeds.start);
    assert_eq!(coverage.missing(), [""; 0]);
}

#[test]
fn a_defect_that_is_put_in_on_purpose_is_found_and_its_seed_shows_it_again() {
    for (bug, promise) in [
        (Bug::EffectBeforeIntent, "an effect has a durable intent"),
        (Bug::ReservationForgotten, "what was used is accounted for"),
        (Bug::BlindRepeat, "external is never repeated blindly"),
        (Bug::FormForgotten, "a form that was given is taken along"),
    ] {
        let (coverage, failure) = search(SEEDS, bug);
        let failure = failure.unwrap_or_else(|| panic!("{bug:?} was not found"));
        assert_eq!(failure.promise, promise, "{bug:?}: {failure:?}");
        let small = shrink(&failure, bug);
        tell(&format!(
            "{bug:?} after {} schedules: {}, smallest {}",
            coverage.schedules, failure.parameters, small.parameters
        ));
        for parameters in [failure.parameters, small.parameters] {
            let parsed = Parameters::parse(&parameters.to_string()).unwrap();
            assert_eq!(again(parsed, bug).map(|failure| failure.promise), Some(promise));
        }
        // Without the defect, the same schedule keeps every promise.
        assert!(again(small.parameters, Bug::None).is_none());
    }
}
