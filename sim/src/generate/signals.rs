use lastorders_model::plan::{Actor, OperatorStep, Role, Signal, Step, Target};

use super::Family;
use super::stream::{Concern, Stream};
use super::swarm::{FaultKind, Swarm};
use super::times::Times;
use crate::case::{Link, Startup};

/// The longest time of a startup after the signal.
const LONGEST_STARTUP_US: u64 = 2_000_000;

/// The signals of a case.
#[derive(Debug)]
pub(super) struct Signals {
    stream: Stream,
    /// When the first signal is sent, in microseconds since the server was ready.
    pub(super) first_us: u64,
    first: Signal,
    more: bool,
    forced: bool,
}

impl Signals {
    pub(super) fn draw(seed: u64, family: Family, swarm: &Swarm) -> Self {
        let mut stream = Stream::new(seed, Concern::Signal, 0);
        let at_once = family == Family::Signals && stream.chance(1, 5);
        let first_us = if at_once { 0 } else { stream.magnitude(1_000, 50_000) };
        let forced = swarm.has(FaultKind::Forced);
        let interrupt = forced || stream.chance(1, 4);
        let first = if interrupt { Signal::Int } else { Signal::Term };
        Self { stream, first_us, first, more: swarm.has(FaultKind::SecondSignal), forced }
    }

    /// A startup during which the first signal comes: in one case of eight of the family `signals`,
    /// and in one of 48 otherwise.
    pub(super) fn startup(&self, seed: u64, family: Family) -> Option<Startup> {
        let stream = &mut Stream::new(seed, Concern::Signal, 1);
        let all = if family == Family::Signals { 8 } else { 48 };
        let lasts_us = self.first_us + stream.magnitude(1, LONGEST_STARTUP_US);
        let refuses = stream.coin();
        stream.chance(1, all).then_some(Startup { lasts_us, refuses })
    }

    /// Adds the operator, and a second actor for the second signal: when that signal is due, the
    /// operator waits for a sign of the shutdown.
    pub(super) fn actors(mut self, link: Link, times: &Times, to: &mut Vec<Actor>) {
        let target = self.stream.pick(&[Target::Leader, Target::Group]);
        let signal = |signal| Step::Own(OperatorStep::Signal { signal, target });
        let mut steps = Vec::with_capacity(4);
        if self.first_us > 0 {
            steps.push(Step::At { us: self.first_us });
        }
        steps.push(signal(self.first));
        steps.extend([OperatorStep::AwaitDraining, OperatorStep::AwaitExit].map(Step::Own));
        to.push(Actor { name: "operator".to_owned(), role: Role::Operator { steps } });
        let second = match (self.forced, self.more, self.first) {
            (true, _, _) => Signal::Int,
            (false, false, _) => return,
            // SIGINT after SIGINT would force the exit, which is a fault of its own.
            (false, true, Signal::Int) => Signal::Term,
            (false, true, Signal::Term) => self.stream.pick(&[Signal::Term, Signal::Int]),
        };
        let us = times.draw(&mut self.stream, link).max(self.first_us + 1);
        let steps = vec![Step::At { us }, signal(second)];
        to.push(Actor { name: "operator-again".to_owned(), role: Role::Operator { steps } });
    }
}
