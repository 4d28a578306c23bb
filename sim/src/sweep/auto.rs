use thiserror::Error;

use super::Shard;

/// A CI service or cluster that runs a job in parts, and its variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// The variable with the index of this part.
    pub index: &'static str,
    /// The variable with the number of parts.
    pub total: &'static str,
    /// The index of the first part: 0 or 1.
    pub first: u64,
    /// A variable that identifies the service, because others use the same two variables.
    pub needs: Option<&'static str>,
    /// The service's documentation.
    pub source: &'static str,
}

/// The known services, except Slurm, whose arrays may begin at any index.
pub const SERVICES: &[Service] = &[
    Service {
        name: "a Kubernetes Indexed Job",
        index: "JOB_COMPLETION_INDEX",
        // Kubernetes does not export the number of parts. The manifest sets it in this variable of
        // ours.
        total: "LASTORDERS_SHARDS",
        first: 0,
        needs: None,
        source: "https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static",
    },
    Service {
        name: "GitLab CI",
        index: "CI_NODE_INDEX",
        total: "CI_NODE_TOTAL",
        first: 1,
        // Other services have the same two variables and count from 0.
        needs: Some("GITLAB_CI"),
        source: "https://docs.gitlab.com/ci/variables/predefined_variables/",
    },
    Service {
        name: "CircleCI",
        index: "CIRCLE_NODE_INDEX",
        total: "CIRCLE_NODE_TOTAL",
        first: 0,
        needs: None,
        source: "https://circleci.com/docs/variables/",
    },
    Service {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
        first: 0,
        needs: None,
        source: "https://buildkite.com/docs/tutorials/parallel-builds",
    },
    Service {
        name: "Azure Pipelines",
        index: "SYSTEM_JOBPOSITIONINPHASE",
        total: "SYSTEM_TOTALJOBSINPHASE",
        first: 1,
        needs: None,
        source: "https://learn.microsoft.com/azure/devops/pipelines/test/\
                 parallel-testing-any-test-runner",
    },
    Service {
        name: "Bitbucket Pipelines",
        index: "BITBUCKET_PARALLEL_STEP",
        total: "BITBUCKET_PARALLEL_STEP_COUNT",
        first: 0,
        needs: None,
        source: "https://support.atlassian.com/bitbucket-cloud/docs/set-up-or-run-parallel-steps/",
    },
    Service {
        name: "Semaphore",
        index: "SEMAPHORE_JOB_INDEX",
        total: "SEMAPHORE_JOB_COUNT",
        first: 1,
        needs: None,
        source: "https://docs.semaphoreci.com/reference/env-vars",
    },
    Service {
        name: "AWS Batch",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        total: "AWS_BATCH_JOB_ARRAY_SIZE",
        first: 0,
        needs: None,
        source: "https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html",
    },
];

/// Why the shard of this machine is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AutoError {
    /// No service has set its variables.
    #[error(
        "--shard auto finds nothing to go by: no variable of {} is set (GitHub Actions has none: \
         pass --shard ${{{{ matrix.shard }}}}/4)",
        known()
    )]
    Nothing,
    /// One of a pair of variables is missing.
    #[error("{set} is set, like on {service}, but {missing} is not{hint}")]
    Half {
        /// The service.
        service: &'static str,
        /// The variable that is set.
        set: &'static str,
        /// The variable that is missing.
        missing: &'static str,
        /// What to do, or an empty text.
        hint: &'static str,
    },
    /// A variable has an invalid value.
    #[error("{variable} is `{value}`: {why}")]
    Value {
        /// The variable.
        variable: &'static str,
        /// The value.
        value: String,
        /// Why the value is invalid.
        why: String,
    },
    /// The array has gaps.
    #[error(
        "this Slurm array has {count} tasks from {min} to {max} in steps of {step}, so it is a \
         list with gaps; submit it as --array=1-{count}"
    )]
    Gaps {
        /// SLURM_ARRAY_TASK_COUNT
        count: u64,
        /// SLURM_ARRAY_TASK_MIN
        min: u64,
        /// SLURM_ARRAY_TASK_MAX
        max: u64,
        /// SLURM_ARRAY_TASK_STEP
        step: u64,
    },
    /// These variables belong to several services, which count differently.
    #[error(
        "CI_NODE_INDEX is set, but GITLAB_CI is not: whether it counts from 0 or from 1 cannot be \
         told; pass --shard k/n"
    )]
    Whose,
    /// Two services give different shards.
    #[error("{0} gives shard {1}, and {2} gives shard {3}; pass --shard K/N")]
    Contradiction(&'static str, Shard, &'static str, Shard),
}

/// The shard of this machine, from the variables of its environment.
///
/// A service with a single part counts as absent: every job has its variables, and a job of another
/// service may inherit them.
///
/// # Errors
///
/// If no service has set its variables, or if the variables are incomplete, invalid or
/// contradictory.
pub fn auto(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, AutoError> {
    let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let mut found: Vec<(&'static str, Shard)> = Vec::new();
    if let Some(shard) = slurm(&given)? {
        found.push(("Slurm", shard));
    }
    for service in SERVICES {
        if let Some(shard) = service.shard(&given)? {
            found.push((service.name, shard));
        }
    }
    let some = found.iter().find(|(_, shard)| shard.of > 1).or_else(|| found.first()).copied();
    let (name, shard) = some.ok_or(AutoError::Nothing)?;
    match found.iter().find(|(_, other)| other.of > 1 && *other != shard) {
        Some((other, says)) => Err(AutoError::Contradiction(name, shard, other, *says)),
        None => Ok(shard),
    }
}

type Given<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Service {
    fn shard(&self, given: Given<'_>) -> Result<Option<Shard>, AutoError> {
        let (index, total) = (given(self.index), given(self.total));
        if self.needs.is_some_and(|needs| given(needs).is_none()) {
            return if index.is_some() { Err(AutoError::Whose) } else { Ok(None) };
        }
        let half = |set, missing, hint| AutoError::Half { service: self.name, set, missing, hint };
        match (index, total) {
            (None, None) => Ok(None),
            // A job with one part: GitLab sets the number of parts and no index.
            (None, Some(total)) if total.trim() == "1" => Ok(Some(Shard::WHOLE)),
            // Our own variable alone identifies no service.
            (None, Some(_)) if self.total.starts_with("LASTORDERS") => Ok(None),
            (None, Some(_)) => Err(half(self.total, self.index, "")),
            (Some(_), None) if self.total.starts_with("LASTORDERS") => {
                let hint = "; set it in the manifest to the value of .spec.completions";
                Err(half(self.index, self.total, hint))
            }
            (Some(_), None) => Err(half(self.index, self.total, "")),
            (Some(index), Some(total)) => {
                let of = number(self.total, &total)?;
                let at = number(self.index, &index)?;
                let shard = at.checked_sub(self.first).and_then(|at| Shard::new(at + 1, of).ok());
                let last = (of + self.first).saturating_sub(1);
                let why =
                    || format!("on {} the index goes from {} to {last}", self.name, self.first);
                shard.map(Some).ok_or_else(|| AutoError::Value {
                    variable: self.index,
                    value: index,
                    why: why(),
                })
            }
        }
    }
}

/// Slurm's arrays begin at any index and may have steps. <https://slurm.schedmd.com/job_array.html>
fn slurm(given: Given<'_>) -> Result<Option<Shard>, AutoError> {
    const ID: &str = "SLURM_ARRAY_TASK_ID";
    let Some(id) = given(ID) else { return Ok(None) };
    let read = |missing: &'static str| {
        let half = AutoError::Half { service: "Slurm", set: ID, missing, hint: "" };
        number(missing, &given(missing).ok_or(half)?)
    };
    let [count, min, max] = [
        read("SLURM_ARRAY_TASK_COUNT")?,
        read("SLURM_ARRAY_TASK_MIN")?,
        read("SLURM_ARRAY_TASK_MAX")?,
    ];
    let step = match given("SLURM_ARRAY_TASK_STEP") {
        Some(step) => number("SLURM_ARRAY_TASK_STEP", &step)?.max(1),
        None => 1,
    };
    let at = number(ID, &id)?;
    if at < min || at > max {
        let why = format!("the index of this array goes from {min} to {max}");
        return Err(AutoError::Value { variable: ID, value: id, why });
    }
    if (max - min) / step + 1 != count || !(at - min).is_multiple_of(step) {
        return Err(AutoError::Gaps { count, min, max, step });
    }
    Ok(Shard::new((at - min) / step + 1, count).ok())
}

fn number(variable: &'static str, value: &str) -> Result<u64, AutoError> {
    value.trim().parse().map_err(|_| AutoError::Value {
        variable,
        value: value.to_owned(),
        why: "the value is not a number".to_owned(),
    })
}

fn known() -> String {
    let names: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
    format!("a Slurm array, {}", names.join(", "))
}

#[cfg(test)]
mod tests;
