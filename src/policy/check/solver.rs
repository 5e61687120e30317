//! Satisfiability modulo linear sums: clauses for the SAT solver batsat, sums of integers as a theory beside it.
//!
//! This is DPLL(T) as Nieuwenhuis, Oliveras and Tinelli, "Solving SAT and SAT modulo theories" (2006), describe it: the
//! solver guesses, the theory looks at what is guessed so far and answers a sum that can no longer reach its bound with
//! a clause that says why. It keeps to its own clauses and sums; what they mean is somebody else's affair.

use batsat::{BasicSolver, Lit, SolverInterface as _, Theory, TheoryArg, lbool};

/// Of each group exactly one literal holds, and adds its amount; the clauses have to say so.
pub(super) type Groups = Vec<Vec<(Lit, i64)>>;

/// Clauses and sums that are to hold at once.
pub(super) struct Problem {
    solver: BasicSolver,
    sums: Sums,
    yes: Lit,
}

/// What holds in a solution.
pub(super) struct Model(Vec<lbool>);

impl Model {
    /// Whether `lit` holds.
    pub(super) fn holds(&self, lit: Lit) -> bool {
        let value = self.0.get(lit.var().idx() as usize).copied();
        value == Some(if lit.sign() { lbool::TRUE } else { lbool::FALSE })
    }
}

impl Problem {
    /// One without any condition.
    pub(super) fn new() -> Self {
        let mut solver = BasicSolver::new(Default::default(), Default::default());
        let yes = Lit::new(solver.new_var_default(), true);
        let mut problem = Self {
            solver,
            sums: Sums::default(),
            yes,
        };
        problem.clause(&[yes]);
        problem
    }

    /// What always holds.
    pub(super) fn yes(&self) -> Lit {
        self.yes
    }

    /// A literal about which nothing is said yet.
    pub(super) fn fresh(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    /// A literal that follows from others, so that the solver never has to guess it.
    fn follows(&mut self) -> Lit {
        Lit::new(self.solver.new_var(lbool::UNDEF, false), true)
    }

    /// One of `lits` holds.
    pub(super) fn clause(&mut self, lits: &[Lit]) {
        self.solver.add_clause_reuse(&mut lits.to_vec());
    }

    /// Exactly one of `count` literals holds.
    pub(super) fn one_of(&mut self, count: usize) -> Vec<Lit> {
        let lits: Vec<Lit> = (0..count).map(|_| self.fresh()).collect();
        self.clause(&lits);
        // At most one, in as many clauses as there are literals: `seen` is whether one came before (Sinz, 2005).
        let mut seen: Option<Lit> = None;
        for &lit in &lits {
            let next = self.follows();
            self.clause(&[!lit, next]);
            if let Some(seen) = seen {
                self.clause(&[!seen, next]);
                self.clause(&[!seen, !lit]);
            }
            seen = Some(next);
        }
        lits
    }

    /// A literal that holds exactly where one of `lits` does.
    pub(super) fn any(&mut self, lits: &[Lit]) -> Lit {
        let any = self.follows();
        for &lit in lits {
            self.clause(&[!lit, any]);
        }
        let mut whole = lits.to_vec();
        whole.push(!any);
        self.clause(&whole);
        any
    }

    /// A literal that holds exactly where all of `lits` do.
    pub(super) fn all(&mut self, lits: &[Lit]) -> Lit {
        let none: Vec<Lit> = lits.iter().map(|&lit| !lit).collect();
        !self.any(&none)
    }

    /// A literal that, where it holds, makes the sum of `groups` at least `least`.
    pub(super) fn at_least(&mut self, groups: &Groups, least: i64) -> Lit {
        let when = self.follows();
        self.sums.all.push(Sum {
            when,
            groups: groups.clone(),
            least,
        });
        when
    }

    /// A literal that, where it holds, makes the sum of `groups` at most `most`.
    pub(super) fn at_most(&mut self, groups: &Groups, most: i64) -> Lit {
        let negated = |group: &Vec<(Lit, i64)>| group.iter().map(|(lit, amount)| (*lit, -amount)).collect();
        let negated: Groups = groups.iter().map(negated).collect();
        self.at_least(&negated, -most)
    }

    /// How many sums there are.
    pub(super) fn sums(&self) -> usize {
        self.sums.all.len()
    }

    /// Forgets the sums after the first `count`; the literals of those never hold again.
    pub(super) fn forget(&mut self, count: usize) {
        let gone: Vec<Lit> = self.sums.all.drain(count..).map(|sum| sum.when).collect();
        for when in gone {
            self.clause(&[!when]);
        }
    }

    /// A solution in which all of `given` hold, where there is one.
    pub(super) fn solve(&mut self, given: &[Lit]) -> Option<Model> {
        let found = self.solver.solve_limited_th(&mut self.sums, given);
        (found == lbool::TRUE).then(|| Model(self.solver.get_model().to_vec()))
    }
}

/// A sum that has to reach its bound where a literal holds.
struct Sum {
    when: Lit,
    groups: Groups,
    least: i64,
}

impl Sum {
    /// Why the sum can no longer reach its bound: a clause that is true and that what is guessed contradicts.
    fn conflict(&self, guessed: &TheoryArg<'_>) -> Option<Vec<Lit>> {
        let value = |lit: Lit| guessed.value(lit.var()) ^ !lit.sign();
        if value(self.when) != lbool::TRUE {
            return None;
        }
        let mut most = 0;
        let mut why = vec![!self.when];
        for group in &self.groups {
            let open = group.iter().filter(|(lit, _)| value(*lit) != lbool::FALSE);
            // A group without an open literal contradicts its own clauses, which the solver sees by itself.
            let best = open.map(|(_, amount)| *amount).max()?;
            most += best;
            why.extend(group.iter().filter(|(_, amount)| *amount > best).map(|(lit, _)| *lit));
        }
        (most < self.least).then_some(why)
    }
}

/// The theory: sums, looked at anew at each call.
#[derive(Default)]
struct Sums {
    all: Vec<Sum>,
    levels: usize,
}

impl Sums {
    fn check(&self, guessed: &mut TheoryArg<'_>) {
        if let Some(why) = self.all.iter().find_map(|sum| sum.conflict(guessed)) {
            guessed.raise_conflict(&why, true);
        }
    }
}

impl Theory for Sums {
    fn final_check(&mut self, guessed: &mut TheoryArg<'_>) {
        self.check(guessed);
    }

    fn partial_check(&mut self, guessed: &mut TheoryArg<'_>) {
        self.check(guessed);
    }

    fn create_level(&mut self) {
        self.levels += 1;
    }

    fn pop_levels(&mut self, levels: usize) {
        self.levels -= levels;
    }

    fn n_levels(&self) -> usize {
        self.levels
    }

    fn explain_propagation(&mut self, _: Lit) -> &[Lit] {
        // It only ever contradicts, so there is nothing to explain.
        &[]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(groups: &Groups, model: &Model) -> i64 {
        let held = groups.iter().flatten().filter(|(lit, _)| model.holds(*lit));
        held.map(|(_, amount)| amount).sum()
    }

    #[test]
    fn exactly_one_holds_and_gates_mean_what_they_say() {
        let mut problem = Problem::new();
        let lits = problem.one_of(4);
        let (any, all) = (problem.any(&lits[..2]), problem.all(&[lits[0], lits[3]]));
        let mut seen = Vec::new();
        for lit in &lits {
            let model = problem.solve(&[*lit]).unwrap();
            let held: Vec<bool> = lits.iter().map(|lit| model.holds(*lit)).collect();
            assert_eq!(held.iter().filter(|held| **held).count(), 1);
            seen.push(model.holds(any));
        }
        assert_eq!(seen, [true, true, false, false]);
        assert!(problem.solve(&[all]).is_none() && problem.solve(&[lits[1], lits[2]]).is_none());
        let (none, every) = (problem.any(&[]), problem.all(&[]));
        assert!(problem.solve(&[none]).is_none() && problem.solve(&[!every]).is_none());
    }

    proptest! {
        /// A sum within bounds is found exactly where trying all of them finds one, in one solver after another question.
        #[test]
        fn a_sum_within_bounds_is_found_where_there_is_one(
            amounts in prop::collection::vec(prop::collection::vec(-50_i64..50, 1..4), 1..5),
            bounds in prop::collection::vec((-120_i64..120, -120_i64..120), 1..6),
        ) {
            let mut problem = Problem::new();
            let groups: Groups = amounts
                .iter()
                .map(|amounts| problem.one_of(amounts.len()).into_iter().zip(amounts.iter().copied()).collect())
                .collect();
            let mut all = vec![0_i64];
            for amounts in &amounts {
                all = all.iter().flat_map(|sum| amounts.iter().map(move |amount| sum + amount)).collect();
            }
            for (least, most) in bounds {
                let given = [problem.at_least(&groups, least), problem.at_most(&groups, most)];
                let found = problem.solve(&given).map(|model| sum(&groups, &model));
                match found {
                    Some(found) => prop_assert!((least..=most).contains(&found) && all.contains(&found)),
                    None => prop_assert!(!all.iter().any(|sum| (least..=most).contains(sum))),
                }
            }
        }
    }
}
