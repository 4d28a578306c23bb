use super::*;

fn of(environment: &[(&str, &str)]) -> Result<Shard, AutoError> {
    let all: std::collections::BTreeMap<_, _> = environment.iter().copied().collect();
    auto(&|name| all.get(name).map(|value| (*value).to_owned()))
}

const fn shard(index: u64, of: u64) -> Shard {
    Shard { index, of }
}

/// With four shards, each service accepts the first and the last index and refuses the one after
/// the last.
#[test]
fn every_service_counts_from_its_own_first_index() {
    for service in SERVICES {
        for (at, expected) in [(0, Some(shard(1, 4))), (3, Some(shard(4, 4))), (4, None)] {
            let index = (at + service.first).to_string();
            let needs = (service.needs.unwrap_or("UNUSED"), "true");
            let found = of(&[(service.index, &index), (service.total, "4"), needs]);
            assert_eq!(found.ok(), expected, "{service:?} at {index}");
        }
    }
    let below = of(&[("SYSTEM_JOBPOSITIONINPHASE", "0"), ("SYSTEM_TOTALJOBSINPHASE", "4")]);
    assert!(matches!(below, Err(AutoError::Value { .. })), "{below:?}");
}

#[test]
fn slurm_arrays_count_from_any_index_with_any_step() {
    let task = |id, min, max, step, count| {
        of(&[
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_MIN", min),
            ("SLURM_ARRAY_TASK_MAX", max),
            ("SLURM_ARRAY_TASK_STEP", step),
            ("SLURM_ARRAY_TASK_COUNT", count),
        ])
    };
    assert_eq!(task("0", "0", "3", "1", "4"), Ok(shard(1, 4)));
    assert_eq!(task("4", "1", "4", "1", "4"), Ok(shard(4, 4)));
    assert_eq!(task("5", "1", "7", "2", "4"), Ok(shard(3, 4)));
    // --array=1,2,4,8
    let gaps = AutoError::Gaps { count: 4, min: 1, max: 8, step: 1 };
    assert_eq!(task("4", "1", "8", "1", "4"), Err(gaps.clone()));
    assert!(gaps.to_string().contains("--array=1-4"));
    assert!(matches!(task("9", "0", "3", "1", "4"), Err(AutoError::Value { .. })));
}

#[test]
fn incomplete_or_foreign_variables_are_refused_with_a_fix() {
    let nothing = of(&[]).expect_err("nothing is set").to_string();
    assert!(nothing.contains("${{ matrix.shard }}/4"), "{nothing}");
    let kubernetes = of(&[("JOB_COMPLETION_INDEX", "2")]).expect_err("no total").to_string();
    assert!(kubernetes.contains(".spec.completions"), "{kubernetes}");
    let half = of(&[("CIRCLE_NODE_TOTAL", "3")]).expect_err("no index").to_string();
    assert!(half.contains("CIRCLE_NODE_INDEX is not"), "{half}");
    let whose = of(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")]);
    assert_eq!(whose, Err(AutoError::Whose));
    let word = of(&[("CIRCLE_NODE_INDEX", "one"), ("CIRCLE_NODE_TOTAL", "3")]);
    assert!(matches!(word, Err(AutoError::Value { .. })), "{word:?}");
    assert_eq!(of(&[("SLURM_ARRAY_TASK_ID", "")]), Err(AutoError::Nothing));
}

#[test]
fn two_services_must_agree_unless_one_has_a_single_part() {
    let alone = [("GITLAB_CI", "true"), ("CI_NODE_TOTAL", "1")];
    assert_eq!(of(&alone), Ok(Shard::WHOLE));
    let circle = [("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "3")];
    assert_eq!(of(&[alone, circle].concat()), Ok(shard(2, 3)));
    let buildkite =
        |index| [("BUILDKITE_PARALLEL_JOB", index), ("BUILDKITE_PARALLEL_JOB_COUNT", "3")];
    assert_eq!(of(&[circle, buildkite("1")].concat()), Ok(shard(2, 3)));
    let error = of(&[circle, buildkite("2")].concat()).expect_err("they differ");
    let expected = AutoError::Contradiction("CircleCI", shard(2, 3), "Buildkite", shard(3, 3));
    assert_eq!(error, expected);
}
