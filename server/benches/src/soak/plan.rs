use crate::load::{Habit, Moment};
use crate::seed;

/// What a cycle does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// One client each.
    pub habits: Vec<Habit>,
    /// When the signal is sent.
    pub moment: Moment,
    /// How many times it is sent, at once: wrappers deliver it twice.
    pub signals: usize,
}

impl Plan {
    /// The plan of a cycle. The same seed and number give the same.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = seed::random(seed, number);
        let mut habits = [Habit::ALL, Habit::ALL].concat();
        for _ in 0..random.usize(0..=16) {
            habits.push(Habit::ALL[random.usize(..Habit::ALL.len())]);
        }
        random.shuffle(&mut habits);
        Self {
            habits,
            moment: Moment { first: random.usize(1..=6), more: random.usize(0..=600) },
            signals: if random.u8(..4) == 0 { 2 } else { 1 },
        }
    }

    /// How many of the clients pull the trigger.
    #[must_use]
    pub fn brisk(&self) -> usize {
        self.habits.iter().filter(|habit| habit.is_brisk()).count()
    }
}
