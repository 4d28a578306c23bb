use crate::run::ScenarioOutcome;
use lastorders_model::check::{Level, Verdict};

/// See [`Results::score`]. In quarters, so that halves add up.
pub(super) fn score(scenarios: &[ScenarioOutcome]) -> Option<f64> {
    let (mut earned, mut possible) = (0_u32, 0_u32);
    for came in scenarios {
        let weight = match came.scenario.level {
            Level::Must => 4,
            Level::Should => 2,
            Level::Info => 0,
        };
        let worth = match (came.verdict, came.scenario.level) {
            (Some(Verdict::Pass), _) => weight,
            (Some(Verdict::Warn), Level::Must) => weight / 2,
            (Some(Verdict::Warn | Verdict::Fail), _) => 0,
            (Some(Verdict::Inconclusive) | None, _) => continue,
        };
        earned += worth;
        possible += weight;
    }
    (possible > 0).then(|| (f64::from(earned) / f64::from(possible) * 1000.0).round() / 1000.0)
}
