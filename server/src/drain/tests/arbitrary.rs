//! Properties of every policy and every sequence of inputs.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{
    Action, ConnState, Input, LameDuckWork, Machine, Phase, Policy, ReleaseOutcome, Signal,
};
use super::at;

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(Duration::ZERO), (1u64..50).prop_map(at)]
}

fn policies() -> impl Strategy<Value = Policy> {
    let work = prop_oneof![Just(LameDuckWork::Serve), Just(LameDuckWork::Refuse)];
    let durations = (durations(), durations(), durations(), durations(), durations());
    (durations, work).prop_map(|((lame_duck, idle, first_byte, deadline, release), work)| {
        Policy::default()
            .lame_duck(lame_duck)
            .lame_duck_work(work)
            .idle_grace(idle)
            .first_byte_grace(first_byte)
            .deadline(deadline)
            .release(release)
    })
}

fn inputs() -> impl Strategy<Value = Input> {
    let states =
        prop_oneof![Just(ConnState::Open), Just(ConnState::Upgraded), Just(ConnState::Lingering)];
    prop_oneof![
        1 => Just(Input::Signalled(Signal::Terminate)),
        1 => Just(Input::Signalled(Signal::Interrupt)),
        1 => Just(Input::Panicked),
        1 => Just(Input::Begin),
        4 => Just(Input::Opened),
        1 => Just(Input::Upgraded),
        1 => Just(Input::Shut),
        3 => states.prop_map(Input::Closed),
        4 => Just(Input::RequestStarted),
        4 => Just(Input::RequestEnded),
        1 => Just(Input::TaskStarted),
        1 => Just(Input::TaskEnded),
        3 => Just(Input::Sealed),
        2 => Just(Input::Released(ReleaseOutcome::Done)),
        1 => Just(Input::Released(ReleaseOutcome::Panicked)),
        2 => Just(Input::Tick),
    ]
}

/// A machine whose properties are asserted after every input.
struct Watched {
    machine: Machine,
    began: Option<Duration>,
    interrupts: usize,
    aborted: bool,
    actions: Vec<Action>,
}

impl Watched {
    fn handle(&mut self, now: Duration, input: Input) {
        let before = self.machine.phase();
        if input == Input::Signalled(Signal::Interrupt) {
            self.interrupts += 1;
        }
        self.machine.handle(now, input);
        let after = self.machine.phase();
        assert!(before <= after, "{before} was followed by {after}");
        if before == Phase::Serving && after != Phase::Serving {
            self.began = Some(now);
        }
        while let Some(action) = self.machine.next_action() {
            self.check(now, action);
            self.actions.push(action);
        }
    }

    fn check(&mut self, now: Duration, action: Action) {
        match action {
            Action::AbortRemaining => {
                self.aborted = true;
                let due = self.began.expect("begun") + self.machine.policy().deadline;
                let forced = self.machine.outcome().forced && self.interrupts >= 2;
                assert!(now >= due || forced, "cut at {now:?}, due at {due:?}");
            }
            // Only the first release is checked, because requests that begin while resources are
            // released come too late.
            Action::Release(0) => {
                let held = self.machine.counts().holding();
                assert!(!held || self.aborted, "released under {:?}", self.machine.counts());
            }
            Action::Finish => assert_eq!(self.machine.phase(), Phase::Done),
            Action::FailReadiness
            | Action::AnswerWithClose
            | Action::RefuseWork
            | Action::Seal
            | Action::CloseSilent
            | Action::CloseIdle
            | Action::Release(_)
            | Action::Abandon(_) => {}
        }
    }

    /// Hands in each tick that is due by `now`, at its time.
    fn tick_until(&mut self, now: Duration) {
        while let Some(due) = self.machine.deadline().filter(|due| *due <= now) {
            self.handle(due, Input::Tick);
        }
    }

    /// Hands in a signal, then ticks alone until the end. Returns the time of the end.
    fn run_out(&mut self, mut now: Duration) -> Duration {
        self.handle(now, Input::Signalled(Signal::Terminate));
        for _ in 0..32 {
            let Some(due) = self.machine.deadline() else {
                break;
            };
            now = now.max(due);
            self.handle(now, Input::Tick);
        }
        assert_eq!(self.machine.phase(), Phase::Done);
        now
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_inputs_is_sound_and_ends(
        policy in policies(),
        // Whether each tick comes when it is due, or only after the next input.
        punctual in any::<bool>(),
        resources in vec(durations(), 0..3),
        steps in vec((0u64..20, inputs()), 0..40),
    ) {
        let machine = Machine::new(policy, resources.clone());
        let mut watched =
            Watched { machine, began: None, interrupts: 0, aborted: false, actions: Vec::new() };
        let mut now = Duration::ZERO;
        for (wait, input) in steps {
            now += at(wait);
            if punctual {
                watched.tick_until(now);
            }
            watched.handle(now, input);
        }
        let ended = watched.run_out(now);

        let longest = watched.began.expect("begun") + watched.machine.policy().longest();
        prop_assert!(!punctual || ended <= longest.max(now), "{:?} > {:?}", ended, longest);

        let entered = &watched.machine.outcome().entered;
        prop_assert!(entered.windows(2).all(|it| it[0].0 < it[1].0 && it[0].1 <= it[1].1));
        let count = |action| watched.actions.iter().filter(|it| **it == action).count();
        let once = [Action::FailReadiness, Action::AnswerWithClose, Action::Finish];
        for action in once {
            prop_assert_eq!(count(action), 1, "{:?}", action);
        }
        for action in [Action::Seal, Action::CloseIdle, Action::AbortRemaining] {
            prop_assert!(count(action) <= 1, "{:?}", action);
        }
        prop_assert_eq!(watched.actions.last(), Some(&Action::Finish));
        prop_assert_eq!(watched.machine.outcome().released.len(), resources.len());
    }
}
