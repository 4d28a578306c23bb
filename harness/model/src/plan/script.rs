use super::{
    Actor, Closing, Cut, Fault, Gate, LetGo, Part, Plan, Request, Role, Signal, Step, Target, Until,
};

/// A plan in words: for each actor its name and the lines of its script.
#[must_use]
pub fn script(plan: &Plan) -> Vec<(String, Vec<String>)> {
    plan.actors.iter().map(|actor| (title(actor), steps(&actor.steps, ""))).collect()
}

fn title(actor: &Actor) -> String {
    match actor.role {
        Role::PooledClient { workers } => format!("{} ({workers} with one pool)", actor.name),
        Role::Http2Client => format!("{} (HTTP/2)", actor.name),
        Role::Client | Role::Operator | Role::Store => actor.name.clone(),
    }
}

fn steps(steps: &[Step], indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps {
        if let Step::Repeat { until, steps: inner } = step {
            lines.push(format!("{indent}again and again, {}:", repeated(until)));
            lines.extend(self::steps(inner, &format!("{indent}  ")));
        } else {
            lines.push(format!("{indent}{}", in_words(step)));
        }
    }
    lines
}

fn repeated(until: &Until) -> String {
    match until {
        Until::Times(n) => format!("{n} times"),
        Until::Mark(label) => format!("until `{label}`"),
        Until::Gone => "until the server is gone".to_owned(),
    }
}

/// One step in words, as it is said after the actor's name.
#[must_use]
pub fn in_words(step: &Step) -> String {
    match step {
        Step::Mark { label } => format!("sets the mark `{label}`"),
        Step::Await { label, times: 1 } => format!("waits for `{label}`"),
        Step::Await { label, times } => format!("waits for `{label}`, {times} times"),
        Step::At { us } => {
            let (ms, rest) = (us / 1000, us % 1000);
            let ms = if rest == 0 { ms.to_string() } else { format!("{ms}.{rest:03}") };
            format!("waits until {ms} ms after the server was ready")
        }
        Step::Repeat { until, .. } => repeated(until),
        Step::Connect => "connects".to_owned(),
        Step::Send { request, part } => sends(request, *part),
        Step::Receive => "receives the whole answer".to_owned(),
        Step::ReadSlowly { bytes, every_ms } => {
            format!("receives the answer {bytes} bytes at a time, each {every_ms} ms")
        }
        Step::ExpectClose => "waits until the server closes the connection".to_owned(),
        Step::Close { how: Closing::Fin } => "closes the connection".to_owned(),
        Step::Close { how: Closing::Reset } => "resets the connection".to_owned(),
        Step::Close { how: Closing::Half } => "closes its side, and goes on receiving".to_owned(),
        Step::Signal { signal, target } => {
            let signal = match signal {
                Signal::Term => "SIGTERM",
                Signal::Int => "SIGINT",
            };
            let target = match target {
                Target::Leader => "the process that was started",
                Target::Group => "its whole group",
            };
            format!("sends {signal} to {target}")
        }
        Step::AwaitDraining => "waits for the first sign of shutdown".to_owned(),
        Step::Freeze => "freezes the server".to_owned(),
        Step::Thaw => "lets the server run again".to_owned(),
        Step::AwaitExit => "waits for the exit, at most the grace period".to_owned(),
        Step::Hold { gate: Gate::Row } => "closes the gate: inserts wait".to_owned(),
        Step::Hold { gate: Gate::Acknowledgement } => {
            "closes the gate: inserts are done, and the server is not told".to_owned()
        }
        Step::AwaitHeld { n } => format!("waits until {n} requests are proved to be held"),
        Step::LetGo { what: LetGo::All } => "opens the gate".to_owned(),
        Step::LetGo { what: LetGo::One } => "lets one go".to_owned(),
        Step::Fault { fault } => match fault {
            Fault::Reset => "resets every session".to_owned(),
            Fault::BlackHole => "answers nothing any more".to_owned(),
            Fault::Refuse => "refuses new sessions".to_owned(),
        },
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
