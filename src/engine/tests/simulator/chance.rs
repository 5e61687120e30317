//! Randomness of a schedule: every kind of decision has its own stream, so that leaving one kind out
//! while shrinking does not change what the others decide.

/// What is left to chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// When processes die.
    Crash,
    /// What happens to what they wrote and was not synced.
    Disk,
    /// How effects end.
    World,
    /// What the edge finds out about units.
    Edge,
    /// What people do.
    People,
    /// How time goes on.
    Clock,
    /// Who loses the run.
    Lease,
    /// Whose turn it is.
    Turn,
    /// How the capsule looks.
    Plan,
}

/// The kinds that a schedule can do without.
pub(super) const FAULTS: [Kind; 6] = [
    Kind::Crash,
    Kind::Disk,
    Kind::World,
    Kind::People,
    Kind::Clock,
    Kind::Lease,
];

/// SplitMix64.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
#[derive(Debug, Clone)]
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// All streams of one schedule.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    streams: [Stream; 9],
    /// Bits of the kinds of faults that are left out.
    without: u16,
}

impl Chance {
    pub(super) fn new(seed: u64, without: u16) -> Self {
        let mut root = Stream(seed);
        Self {
            streams: std::array::from_fn(|_| Stream(root.next())),
            without,
        }
    }

    /// No fault happens from now on.
    pub(super) fn calm(&mut self) {
        self.without = u16::MAX;
    }

    pub(super) fn is_calm(&self) -> bool {
        self.without == u16::MAX
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, kind: Kind, bound: u64) -> u64 {
        self.streams[kind as usize].next() % bound.max(1)
    }

    /// Whether something happens that happens once in `often` times; a fault that is left out never does.
    pub(super) fn fault(&mut self, kind: Kind, often: u64) -> bool {
        let drawn = self.below(kind, often) == 0;
        drawn && self.without & (1 << kind as u16) == 0
    }

    pub(super) fn one_in(&mut self, kind: Kind, often: u64) -> bool {
        self.below(kind, often) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, kind: Kind, among: &[T]) -> T {
        among[usize::try_from(self.below(kind, among.len() as u64)).unwrap()]
    }
}
