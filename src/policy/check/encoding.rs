//! A constitution as clauses and sums: which actions there are, what each rule is about, how an action scores.
//!
//! An action touches one thing. What it leaves behind, whether its arguments leave this machine and how many of them
//! aim is bound to what it touches as [`Action::new`](super::super::Action::new) binds it. Nothing that is found here
//! is believed: each solution becomes a real action, which the law judges ([`super::witness`]).

use batsat::Lit;

use super::super::constitution::Constitution;
use super::super::remember::{Bearer, Known};
use super::super::rule::{Rule, Scope};
use super::super::score::{FAMILIAR, FULL, Feature, Standard};
use super::super::verdict::Decision;
use super::deed::{Deed, Kind, MOST_AIMS, Target};
use super::solver::{Groups, Model, Problem};
use super::space::Space;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::SideEffect;
use crate::label::Confidentiality;
use crate::net::Destination;

const LEAVES: [SideEffect; 3] = [SideEffect::None, SideEffect::Reversible, SideEffect::Irreversible];

const KEPT: [Confidentiality; 4] = [
    Confidentiality::Public,
    Confidentiality::Unstated,
    Confidentiality::Private,
    Confidentiality::Secret,
];

/// How often people refused before, of what the score tells apart; nobody approved: from its best to its worst.
const REFUSED: [u32; 7] = [0, 1, 2, 3, 4, 9, u32::MAX];

/// Bits of the cost, which goes from 0 to [`FULL`].
const COST_BITS: u32 = 10;

/// The encoding of one constitution.
pub(super) struct Encoding {
    pub(super) problem: Problem,
    space: Space,
    kinds: Vec<Lit>,
    leaves: Vec<Lit>,
    sends: Lit,
    /// Each number of aims with each number of untrusted ones among them.
    aims: Vec<(Lit, usize, usize)>,
    strange: Lit,
    kept: Vec<Lit>,
    asked: Lit,
    cost: Vec<Lit>,
    /// How often it was begun before, up to what makes it familiar.
    begun: Vec<Lit>,
    refused: Vec<Lit>,
    /// Each place, by itself and for what lies below it.
    places: Vec<(Lit, PlaceIn)>,
    /// For each node: whether the path is it, and whether it lies in it.
    nodes: Vec<(Lit, Lit)>,
    hosts: Vec<(Lit, String)>,
    endings: Vec<Lit>,
    ports: Vec<(Lit, u16)>,
    tools: Vec<(Lit, String)>,
    stems: Vec<Lit>,
    /// What each rule is about.
    pub(super) rules: Vec<Lit>,
    /// Whether some rule of this decision is about the action: allow, ask, deny.
    pub(super) some: [Lit; 3],
    /// Whether more than one is, in the same order.
    pub(super) more: [Lit; 3],
    /// Whether rules alone let it pass unasked.
    pub(super) passes: Lit,
    /// Whether information flow asks about it or denies it.
    pub(super) caught: Lit,
    /// The score, where the constitution weighs.
    pub(super) score: Option<Groups>,
}

/// A place: the node itself, or something below it and below no other node.
#[derive(Debug, Clone, Copy)]
enum PlaceIn {
    Itself(usize),
    Below(usize),
}

impl Encoding {
    /// Encodes the rules and the score.
    pub(super) fn of(constitution: &Constitution) -> Self {
        let mut problem = Problem::new();
        // An entry for one capsule or account answers nothing for everybody else.
        let is_for_all = |known: &&Known| known.bearer == Bearer::everybody();
        let known: Vec<&Known> = constitution.remembered().iter().filter(is_for_all).collect();
        let allowances = known.iter().map(|known| known.allowance.clone());
        let named: Vec<Rule> = constitution.rules().iter().cloned().chain(allowances).collect();
        let space = Space::of(&named);
        let kinds = problem.one_of(Kind::ALL.len());
        let leaves = problem.one_of(LEAVES.len());
        let kept = problem.one_of(KEPT.len());
        let begun = problem.one_of(FAMILIAR as usize + 1);
        let refused = problem.one_of(REFUSED.len());
        let states: Vec<(usize, usize)> = (0..=MOST_AIMS)
            .flat_map(|all| (0..=all).map(move |bad| (all, bad)))
            .collect();
        let lits = problem.one_of(states.len());
        let aims = lits.into_iter().zip(states).map(|(lit, (all, bad))| (lit, all, bad));
        let aims: Vec<(Lit, usize, usize)> = aims.collect();
        let (places, nodes) = places(&mut problem, &space);
        let (hosts, endings) = hosts(&mut problem, &space);
        let ports = problem.one_of(space.ports.len());
        let ports = ports.into_iter().zip(space.ports.iter().copied()).collect();
        let (tools, stems) = tools(&mut problem, &space);
        let no = !problem.yes();
        let mut encoding = Self {
            sends: problem.fresh(),
            strange: problem.fresh(),
            asked: problem.fresh(),
            cost: (0..COST_BITS).map(|_| problem.fresh()).collect(),
            problem,
            space,
            kinds,
            leaves,
            aims,
            kept,
            begun,
            refused,
            places,
            nodes,
            hosts,
            endings,
            ports,
            tools,
            stems,
            rules: Vec::new(),
            some: [no; 3],
            more: [no; 3],
            passes: no,
            caught: no,
            score: None,
        };
        encoding.bind();
        encoding.rules = constitution.rules().iter().map(|rule| encoding.about(rule)).collect();
        let mut decided: [Vec<Lit>; 3] = Default::default();
        for (rule, about) in constitution.rules().iter().zip(encoding.rules.clone()) {
            match rule.decision {
                Decision::Allow => decided[0].push(about),
                Decision::Ask => {
                    // A question that was answered ahead is an allowance.
                    let of = known.iter().filter(|known| known.allowance.id == rule.id);
                    let of: Vec<Lit> = of.map(|known| encoding.about(&known.allowance)).collect();
                    let answered = encoding.problem.any(&of);
                    decided[0].push(encoding.problem.all(&[about, answered]));
                    decided[1].push(encoding.problem.all(&[about, !answered]));
                }
                Decision::Deny => decided[2].push(about),
            }
        }
        for (at, of) in decided.iter().enumerate() {
            (encoding.some[at], encoding.more[at]) = counted(&mut encoding.problem, of);
        }
        let [allow, ask, deny] = encoding.some;
        encoding.passes = encoding.problem.all(&[allow, !ask, !deny]);
        encoding.caught = encoding.caught();
        encoding.score = constitution.standard().map(|standard| encoding.weighed(standard));
        encoding
    }

    /// Whether the action is of this kind.
    pub(super) fn kind(&self, kind: Kind) -> Lit {
        let at = Kind::ALL.iter().position(|other| *other == kind);
        at.and_then(|at| self.kinds.get(at))
            .copied()
            .unwrap_or(!self.problem.yes())
    }

    /// Whether it reaches a host that `pattern` names, at whatever port.
    pub(super) fn names(&self, pattern: &HostPattern) -> Lit {
        let no = !self.problem.yes();
        match pattern.host().strip_prefix('*') {
            Some(ending) => {
                let at = self.space.endings.iter().position(|node| node.stem == ending);
                at.and_then(|at| self.endings.get(at)).copied().unwrap_or(no)
            }
            None => self.host(pattern.host()),
        }
    }

    /// Whether it reaches the host with this very name.
    pub(super) fn host(&self, name: &str) -> Lit {
        let found = self.hosts.iter().find(|(_, host)| host == name);
        found.map_or(!self.problem.yes(), |(lit, _)| *lit)
    }

    /// Whether it reaches the port that no rule names.
    pub(super) fn strange_port(&self) -> Lit {
        let found = self.ports.iter().find(|(_, port)| *port == self.space.strange_port());
        found.map_or(!self.problem.yes(), |(lit, _)| *lit)
    }

    /// Whether it reads or writes something that lies in the place of `rule`.
    pub(super) fn within(&self, rule: &Rule) -> Lit {
        let place = super::space::place_of(rule);
        let at = self
            .space
            .places
            .iter()
            .position(|node| Some(node.stem.as_path()) == place);
        at.and_then(|at| self.nodes.get(at))
            .map_or(!self.problem.yes(), |(_, inside)| *inside)
    }

    /// Whether its arguments leave this machine with what is private or secret.
    pub(super) fn lets_out(&mut self) -> Lit {
        let kept = self.problem.any(&[self.kept[2], self.kept[3]]);
        self.problem.all(&[self.sends, kept])
    }

    /// Whether what it does cannot be taken back.
    pub(super) fn is_final(&self) -> Lit {
        self.leaves[2]
    }

    /// What goes with what: the same for every constitution.
    fn bind(&mut self) {
        let (sends, strange) = (self.sends, self.strange);
        let [nothing, reversible, irreversible] = [self.leaves[0], self.leaves[1], self.leaves[2]];
        let none: Vec<Lit> = self
            .aims
            .iter()
            .filter(|(_, all, _)| *all == 0)
            .map(|(lit, ..)| *lit)
            .collect();
        let trusted: Vec<Lit> = self
            .aims
            .iter()
            .filter(|(.., bad)| *bad == 0)
            .map(|(lit, ..)| *lit)
            .collect();
        let (aimless, trusted) = (self.problem.any(&none), self.problem.any(&trusted));
        for kind in Kind::ALL {
            let is = self.kind(kind);
            let holds: &[Lit] = match kind {
                Kind::Read => &[!sends, nothing, !aimless],
                Kind::Write => &[!sends, irreversible, !aimless],
                Kind::Artifact | Kind::Infer | Kind::Endorse | Kind::Compute => &[!sends, nothing, aimless],
                Kind::Egress => &[sends, !reversible, !aimless],
                Kind::Act => &[],
            };
            for lit in holds {
                self.problem.clause(&[!is, *lit]);
            }
        }
        // Every aim of a request is where it goes.
        let egress = self.kind(Kind::Egress);
        self.problem.clause(&[!egress, trusted, strange]);
        // Where nothing is sent, nobody looks at where it would go and how far it may travel.
        self.problem.clause(&[!strange, sends]);
        self.problem.clause(&[!strange, !trusted]);
        self.problem.clause(&[sends, self.kept[0]]);
        // What leaves nothing behind need not be asked for.
        self.problem.clause(&[!nothing, self.asked]);
        let cost: Groups = self.cost_groups(1);
        let bounded = self.problem.at_most(&cost, FULL);
        self.problem.clause(&[bounded]);
    }

    fn cost_groups(&self, by: i64) -> Groups {
        let bits = (0_u32..).zip(&self.cost);
        bits.map(|(bit, &lit)| vec![(lit, by << bit), (!lit, 0)]).collect()
    }

    /// What a rule is about.
    fn about(&mut self, rule: &Rule) -> Lit {
        match &rule.scope {
            Scope::Read(_) => self.about_place(rule, Kind::Read),
            Scope::Write(_) => self.about_place(rule, Kind::Write),
            Scope::Artifact => self.kind(Kind::Artifact),
            Scope::Infer => self.kind(Kind::Infer),
            Scope::Compute => self.kind(Kind::Compute),
            Scope::Endorse => self.kind(Kind::Endorse),
            Scope::Egress(hosts) => {
                let of: Vec<Lit> = hosts.of.iter().map(|host| self.pattern(host)).collect();
                let except: Vec<Lit> = hosts.except.iter().map(|host| self.pattern(host)).collect();
                let (of, except) = (self.problem.any(&of), self.problem.any(&except));
                let egress = self.kind(Kind::Egress);
                self.problem.all(&[egress, of, !except])
            }
            Scope::Act(deeds) => {
                let left = LEAVES
                    .iter()
                    .zip(&self.leaves)
                    .filter(|(leaves, _)| deeds.leaves.contains(leaves));
                let left: Vec<Lit> = left.map(|(_, lit)| *lit).collect();
                let named: Vec<Lit> = deeds.tools.iter().map(|tool| self.tool(tool)).collect();
                let (left, named) = (self.problem.any(&left), self.problem.any(&named));
                let act = self.kind(Kind::Act);
                self.problem.all(&[act, left, named])
            }
        }
    }

    fn about_place(&mut self, rule: &Rule, kind: Kind) -> Lit {
        let mut lits = vec![self.within(rule)];
        if rule.decision != Decision::Allow {
            // What forbids or asks is also about the directories around its place.
            let place = super::space::place_of(rule);
            let mut at = self
                .space
                .places
                .iter()
                .position(|node| Some(node.stem.as_path()) == place);
            while let Some(node) = at {
                lits.push(self.nodes[node].0);
                at = self.space.places[node].around;
            }
        }
        let place = self.problem.any(&lits);
        let is = self.kind(kind);
        self.problem.all(&[is, place])
    }

    fn pattern(&mut self, pattern: &HostPattern) -> Lit {
        let ports = self.ports.iter().filter(|(_, port)| pattern.means_port(*port));
        let ports: Vec<Lit> = ports.map(|(lit, _)| *lit).collect();
        let port = self.problem.any(&ports);
        let host = self.names(pattern);
        self.problem.all(&[host, port])
    }

    fn tool(&self, pattern: &str) -> Lit {
        let no = !self.problem.yes();
        match pattern.strip_suffix('*') {
            Some(stem) => {
                let at = self.space.stems.iter().position(|node| node.stem == stem);
                at.and_then(|at| self.stems.get(at)).copied().unwrap_or(no)
            }
            None => self
                .tools
                .iter()
                .find(|(_, name)| name == pattern)
                .map_or(no, |(lit, _)| *lit),
        }
    }

    /// Whether information flow stops such an action: what an untrusted text aims and that leaves something behind or
    /// tells what is not public, what nobody asked for, and a secret that would leave.
    fn caught(&mut self) -> Lit {
        let secret = self.problem.all(&[self.sends, self.kept[3]]);
        let telling = self.problem.all(&[self.sends, !self.kept[0]]);
        let acts = self.problem.any(&[!self.leaves[0], telling]);
        let trusted = self.aims.iter().filter(|(.., bad)| *bad == 0).map(|(lit, ..)| *lit);
        let trusted: Vec<Lit> = trusted.collect();
        let trusted = self.problem.any(&trusted);
        let misled = self.problem.all(&[acts, !trusted]);
        self.problem.any(&[secret, misled, !self.asked])
    }

    /// The score as a sum.
    fn weighed(&mut self, standard: &Standard) -> Groups {
        let mut groups = Groups::new();
        for feature in Feature::ALL {
            let weight = standard.weight(feature);
            if weight == 0 {
                continue;
            }
            let values: Vec<(Lit, i64)> = match feature {
                Feature::Reversibility => self.leaves.iter().copied().zip([FULL, 600, 0]).collect(),
                Feature::Provenance => {
                    let share = |all: usize, bad: usize| match i64::try_from(all) {
                        Ok(0) | Err(_) => FULL,
                        Ok(count) => FULL * i64::try_from(all - bad).unwrap_or(0) / count,
                    };
                    self.aims
                        .iter()
                        .map(|(lit, all, bad)| (*lit, share(*all, *bad)))
                        .collect()
                }
                Feature::Secrecy => {
                    let sends = self.sends;
                    let kept = self.kept.clone().into_iter().zip([FULL, 800, 400, 0]);
                    let kept: Vec<(Lit, i64)> = kept
                        .map(|(lit, value)| (self.problem.all(&[sends, lit]), value))
                        .collect();
                    [(!sends, FULL)].into_iter().chain(kept).collect()
                }
                Feature::Egress => {
                    let near = self.near();
                    let (sends, strange) = (self.sends, self.strange);
                    let here = self.problem.all(&[sends, !strange, near]);
                    let away = self.problem.all(&[sends, !strange, !near]);
                    let stray = self.problem.all(&[sends, strange]);
                    vec![(!sends, FULL), (here, 600), (away, 300), (stray, 0)]
                }
                Feature::Request => vec![(self.asked, FULL), (!self.asked, 0)],
                Feature::Novelty => {
                    let familiar = i64::from(FAMILIAR);
                    let times = self.begun.iter().copied().zip(0_i64..);
                    times.map(|(lit, times)| (lit, FULL * times / familiar)).collect()
                }
                Feature::History => {
                    let refused = self.refused.iter().copied().zip(REFUSED);
                    refused
                        .map(|(lit, refused)| (lit, FULL / (i64::from(refused) + 1)))
                        .collect()
                }
                Feature::Cost => {
                    groups.push(vec![(self.problem.yes(), weight * FULL)]);
                    groups.extend(self.cost_groups(-weight));
                    continue;
                }
            };
            groups.push(values.into_iter().map(|(lit, value)| (lit, weight * value)).collect());
        }
        groups
    }

    /// Whether it reaches this machine itself.
    fn near(&mut self) -> Lit {
        let is_near = |host: &str| {
            let reached = Destination::of(&format!("http://{host}/"));
            reached.is_ok_and(|(_, reached)| reached.is_loopback())
        };
        let near = self.hosts.iter().filter(|(_, host)| is_near(host));
        let near: Vec<Lit> = near.map(|(lit, _)| *lit).collect();
        let near = self.problem.any(&near);
        let egress = self.kind(Kind::Egress);
        self.problem.all(&[egress, near])
    }

    /// The score in a solution, where the constitution weighs.
    pub(super) fn scored(&self, model: &Model) -> Option<i64> {
        let held = self
            .score
            .as_ref()?
            .iter()
            .flatten()
            .filter(|(lit, _)| model.holds(*lit));
        Some(held.map(|(_, amount)| amount).sum())
    }

    /// The action that a solution describes.
    pub(super) fn deed(&self, model: &Model) -> Option<Deed> {
        let one = |lits: &[Lit]| lits.iter().position(|lit| model.holds(*lit));
        let path = || {
            let (_, place) = self.places.iter().find(|(lit, _)| model.holds(*lit))?;
            match place {
                PlaceIn::Itself(at) => Some(self.space.places[*at].stem.clone()),
                PlaceIn::Below(at) => self.space.places[*at].other.clone(),
            }
        };
        let target = match *Kind::ALL.get(one(&self.kinds)?)? {
            Kind::Read => Target::Read(path()?),
            Kind::Write => Target::Write(path()?),
            Kind::Artifact => Target::Artifact,
            Kind::Infer => Target::Infer,
            Kind::Compute => Target::Compute,
            Kind::Endorse => Target::Endorse,
            Kind::Egress => {
                let (_, host) = self.hosts.iter().find(|(lit, _)| model.holds(*lit))?;
                let (_, port) = self.ports.iter().find(|(lit, _)| model.holds(*lit))?;
                Target::Egress(host.clone(), *port)
            }
            Kind::Act => Target::Act(self.tools.iter().find(|(lit, _)| model.holds(*lit))?.1.clone()),
        };
        let (_, aims, untrusted) = *self.aims.iter().find(|(lit, ..)| model.holds(*lit))?;
        let bits = (0_u32..).zip(&self.cost).filter(|(_, lit)| model.holds(**lit));
        Some(Deed {
            target,
            leaves: *LEAVES.get(one(&self.leaves)?)?,
            sends: model.holds(self.sends),
            aims,
            untrusted,
            is_strange: model.holds(self.strange),
            confidentiality: *KEPT.get(one(&self.kept)?)?,
            is_asked: model.holds(self.asked),
            cost: bits.map(|(bit, _)| 1 << bit).sum(),
            begun: u32::try_from(one(&self.begun)?).unwrap_or(u32::MAX),
            refused: *REFUSED.get(one(&self.refused)?)?,
        })
    }
}

/// Whether one of `lits` holds, and whether more than one does.
fn counted(problem: &mut Problem, lits: &[Lit]) -> (Lit, Lit) {
    let (mut some, mut more) = (!problem.yes(), !problem.yes());
    for &lit in lits {
        let again = problem.all(&[some, lit]);
        more = problem.any(&[more, again]);
        some = problem.any(&[some, lit]);
    }
    (some, more)
}

type Placed = (Vec<(Lit, PlaceIn)>, Vec<(Lit, Lit)>);

type Named = (Vec<(Lit, String)>, Vec<Lit>);

fn places(problem: &mut Problem, space: &Space) -> Placed {
    let mut all: Vec<PlaceIn> = (0..space.places.len()).map(PlaceIn::Itself).collect();
    all.extend(
        (0..space.places.len())
            .filter(|at| space.places[*at].other.is_some())
            .map(PlaceIn::Below),
    );
    let lits = problem.one_of(all.len());
    let places: Vec<(Lit, PlaceIn)> = lits.into_iter().zip(all).collect();
    let own = |place: &PlaceIn| match place {
        PlaceIn::Itself(at) | PlaceIn::Below(at) => *at,
    };
    let arounds: Vec<Option<usize>> = space.places.iter().map(|node| node.around).collect();
    let inside = subtrees(problem, &arounds, places.iter().map(|(lit, place)| (*lit, own(place))));
    let nodes = places.iter().map(|(lit, _)| *lit).zip(inside).collect();
    (places, nodes)
}

/// For each node whether the one that holds lies below it; `own` says below which node each lies directly.
fn subtrees(problem: &mut Problem, arounds: &[Option<usize>], own: impl Iterator<Item = (Lit, usize)>) -> Vec<Lit> {
    let mut below: Vec<Vec<Lit>> = vec![Vec::new(); arounds.len()];
    for (lit, at) in own {
        below[at].push(lit);
    }
    let mut inside = vec![!problem.yes(); arounds.len()];
    // What lies around a node stands before it.
    for at in (0..arounds.len()).rev() {
        inside[at] = problem.any(&below[at]);
        if let Some(around) = arounds[at] {
            below[around].push(inside[at]);
        }
    }
    inside
}

fn hosts(problem: &mut Problem, space: &Space) -> Named {
    let others = space.endings.iter().enumerate();
    let others = others.filter_map(|(at, node)| Some((node.other.clone()?, at)));
    let singles = space.hosts.iter().map(|single| (single.name.clone(), single.below));
    let arounds: Vec<Option<usize>> = space.endings.iter().map(|node| node.around).collect();
    named(problem, singles.chain(others).collect(), &arounds)
}

fn tools(problem: &mut Problem, space: &Space) -> Named {
    let others = space.stems.iter().enumerate();
    let others = others.filter_map(|(at, node)| Some((node.other.clone()?, at)));
    let singles = space.tools.iter().map(|single| (single.name.clone(), single.below));
    let arounds: Vec<Option<usize>> = space.stems.iter().map(|node| node.around).collect();
    named(problem, singles.chain(others).collect(), &arounds)
}

fn named(problem: &mut Problem, all: Vec<(String, usize)>, arounds: &[Option<usize>]) -> Named {
    let lits = problem.one_of(all.len());
    let own: Vec<(Lit, usize)> = lits.iter().copied().zip(all.iter().map(|(_, at)| *at)).collect();
    let inside = subtrees(problem, arounds, own.into_iter());
    let names = all.into_iter().map(|(name, _)| name);
    (lits.into_iter().zip(names).collect(), inside)
}
