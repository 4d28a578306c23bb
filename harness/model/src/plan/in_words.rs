use super::{
    Actor, ClientStep, Closing, Cut, Fault, Gate, LetGo, OperatorStep, Part, Plan, PooledStep,
    Request, Role, Signal, Step, StoreStep, Target, Until, for_steps,
};

/// A plan in words: for each actor its name and the lines of its script.
#[must_use]
pub fn script(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let lines = |actor: &Actor| for_steps!(&actor.role, steps => lines(steps, ""));
    plan.actors.iter().map(|actor| (title(actor), lines(actor))).collect()
}

fn title(actor: &Actor) -> String {
    match actor.role {
        Role::PooledClient { workers, .. } => format!("{} ({workers} with one pool)", actor.name),
        Role::Http2Client { .. } => format!("{} (HTTP/2)", actor.name),
        Role::Client { .. } | Role::Operator { .. } | Role::Store { .. } => actor.name.clone(),
    }
}

fn lines<S: InWords>(steps: &[Step<S>], indent: &str) -> Vec<String> {
    let mut all = Vec::new();
    for step in steps {
        if let Step::Repeat { until, steps } = step {
            all.push(format!("{indent}repeats {}:", repeated(until)));
            all.extend(lines(steps, &format!("{indent}  ")));
        } else {
            all.push(format!("{indent}{}", step.in_words()));
        }
    }
    all
}

fn repeated(until: &Until) -> String {
    match until {
        Until::Times(n) => format!("{n} times"),
        Until::Mark(label) => format!("until `{label}`"),
        Until::Gone => "until the server is gone".to_owned(),
    }
}

/// A step in words.
pub trait InWords {
    /// The words that follow the actor's name: `connects`.
    fn in_words(&self) -> String;
}

impl<S: InWords> InWords for Step<S> {
    fn in_words(&self) -> String {
        match self {
            Self::Mark { label } => format!("sets the mark `{label}`"),
            Self::Await { label, times: 1 } => format!("waits for `{label}`"),
            Self::Await { label, times } => format!("waits until `{label}` was set {times} times"),
            Self::At { us } => {
                let (ms, rest) = (us / 1000, us % 1000);
                let ms = if rest == 0 { ms.to_string() } else { format!("{ms}.{rest:03}") };
                format!("waits until {ms} ms after the server was ready")
            }
            Self::Repeat { until, .. } => repeated(until),
            Self::Own(step) => step.in_words(),
        }
    }
}

impl InWords for ClientStep {
    fn in_words(&self) -> String {
        match self {
            Self::Connect => "connects".to_owned(),
            Self::Send { request, part } => sends(request, *part),
            Self::Receive => RECEIVES.to_owned(),
            Self::ReadSlowly { bytes, every_ms } => {
                format!("receives the answer {bytes} bytes at a time, each {every_ms} ms")
            }
            Self::ExpectClose => "waits until the server closes the connection".to_owned(),
            Self::Close { how: Closing::Fin } => "closes the connection".to_owned(),
            Self::Close { how: Closing::Reset } => "resets the connection".to_owned(),
            Self::Close { how: Closing::Half } => {
                "closes its side, and goes on receiving".to_owned()
            }
        }
    }
}

const RECEIVES: &str = "receives the whole answer";

impl InWords for PooledStep {
    fn in_words(&self) -> String {
        match self {
            Self::Send { request } => sends(request, Part::Whole),
            Self::Receive => RECEIVES.to_owned(),
        }
    }
}

impl InWords for OperatorStep {
    fn in_words(&self) -> String {
        let words = match self {
            Self::Signal { signal, target } => {
                let signal = match signal {
                    Signal::Term => "SIGTERM",
                    Signal::Int => "SIGINT",
                };
                let target = match target {
                    Target::Leader => "the process that was started",
                    Target::Group => "its whole group",
                };
                return format!("sends {signal} to {target}");
            }
            Self::AwaitDraining => "waits for the first sign of shutdown",
            Self::Freeze => "freezes the server",
            Self::Thaw => "lets the server run again",
            Self::AwaitExit => "waits for the exit, at most the grace period",
        };
        words.to_owned()
    }
}

impl InWords for StoreStep {
    fn in_words(&self) -> String {
        let words = match self {
            Self::Hold { gate: Gate::Row } => "closes the gate: inserts wait",
            Self::Hold { gate: Gate::Acknowledgement } => {
                "closes the gate: inserts are done, and the server is not notified"
            }
            Self::AwaitHeld { n } => {
                return format!("waits until {n} requests are proved to be held");
            }
            Self::LetGo { what: LetGo::All } => "opens the gate",
            Self::LetGo { what: LetGo::One } => "lets one go",
            Self::Fault { fault: Fault::Reset } => "resets every session",
            Self::Fault { fault: Fault::BlackHole } => "answers nothing any more",
            Self::Fault { fault: Fault::Refuse } => "refuses new sessions",
        };
        words.to_owned()
    }
}

fn sends(request: &Request, part: Part) -> String {
    let Request { method, path, .. } = request;
    match part {
        Part::Whole => format!("sends {method} {path}"),
        Part::UpTo(cut) => format!("sends {method} {path}, up to {}", place(cut)),
        Part::From(cut) => format!("sends the rest of {method} {path}, from {}", place(cut)),
    }
}

fn place(cut: Cut) -> &'static str {
    match cut {
        Cut::RequestLine => "the middle of the request line",
        Cut::Header => "the middle of a header",
        Cut::LastCrlf => "the empty line after the head",
        Cut::AfterHead => "the end of the head",
        Cut::HalfBody => "the middle of the body",
    }
}
