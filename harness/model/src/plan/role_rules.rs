use super::{ClientStep, Closing, Cut, Intent, OperatorStep, Part, PooledStep, Request, StoreStep};

/// The rules for the steps that only one role has.
pub(super) trait Rules<'a> {
    type Step: 'a;

    /// Reads the next step.
    fn step(&mut self, step: &'a Self::Step) -> Result<(), Broken>;

    /// The request that a step sends, and the part of this request.
    fn request(step: &'a Self::Step) -> Option<(&'a Request, Part)>;
}

/// A rule that a step breaks. The texts follow "`actor` cannot".
pub(super) enum Broken {
    Connection { step: &'static str, because: &'static str },
    Order { step: &'static str, needs: &'static str },
}

/// The order of a client's steps, and the steps that HTTP/2 lacks.
pub(super) struct ClientRules<'a> {
    pub(super) http2: bool,
    pub(super) connected: bool,
    /// The request whose first part was sent last, and the end of this part.
    pub(super) begun: Option<(&'a Request, Cut)>,
}

impl<'a> Rules<'a> for ClientRules<'a> {
    type Step = ClientStep;

    fn step(&mut self, step: &'a ClientStep) -> Result<(), Broken> {
        let upgrades = step.request().is_some_and(|it| it.intent == Intent::Upgrade);
        let (word, has_http2) = match step {
            ClientStep::Connect => ("connect", true),
            ClientStep::Send { .. } if upgrades => ("ask for an upgrade", false),
            ClientStep::Send { part: Part::Whole, .. } => ("send", true),
            ClientStep::Send { part: Part::UpTo(_) | Part::From(_), .. } => ("send a part", false),
            ClientStep::Receive => ("receive", true),
            ClientStep::ReadSlowly { .. } => ("read slowly", false),
            ClientStep::ExpectClose => ("expect a close", true),
            ClientStep::Close { how: Closing::Half } => ("close only its side", false),
            ClientStep::Close { how: Closing::Fin | Closing::Reset } => ("close", true),
        };
        if self.http2 && !has_http2 {
            return Err(Broken::Connection { step: word, because: "it speaks HTTP/2" });
        }
        if let ClientStep::Send { request, part: Part::From(cut) } = step
            && self.begun != Some((request, *cut))
        {
            return Err(Broken::Order { step: word, needs: "the part up to the same cut" });
        }
        self.connected |= matches!(step, ClientStep::Connect);
        if !self.connected {
            return Err(Broken::Order { step: word, needs: "it connects" });
        }
        if let ClientStep::Send { request, part } = step {
            self.begun = match part {
                Part::UpTo(cut) => Some((request, *cut)),
                Part::Whole | Part::From(_) => None,
            };
        }
        Ok(())
    }

    fn request(step: &'a ClientStep) -> Option<(&'a Request, Part)> {
        match step {
            ClientStep::Send { request, part } => Some((request, *part)),
            ClientStep::Connect
            | ClientStep::Receive
            | ClientStep::ReadSlowly { .. }
            | ClientStep::ExpectClose
            | ClientStep::Close { .. } => None,
        }
    }
}

/// A pooled client may take its steps in any order.
pub(super) struct PooledRules;

impl<'a> Rules<'a> for PooledRules {
    type Step = PooledStep;

    fn step(&mut self, step: &'a PooledStep) -> Result<(), Broken> {
        // A library that shares connections cannot leave HTTP on one of them.
        if step.request().is_some_and(|it| it.intent == Intent::Upgrade) {
            let (step, because) = ("ask for an upgrade", "its workers share a pool");
            return Err(Broken::Connection { step, because });
        }
        Ok(())
    }

    fn request(step: &'a PooledStep) -> Option<(&'a Request, Part)> {
        step.request().map(|request| (request, Part::Whole))
    }
}

/// Only a signal makes the server drain or exit.
pub(super) struct OperatorRules {
    pub(super) signalled: bool,
}

impl<'a> Rules<'a> for OperatorRules {
    type Step = OperatorStep;

    fn step(&mut self, step: &'a OperatorStep) -> Result<(), Broken> {
        let word = match step {
            OperatorStep::Signal { .. } => {
                self.signalled = true;
                return Ok(());
            }
            OperatorStep::Freeze | OperatorStep::Thaw => return Ok(()),
            OperatorStep::AwaitDraining => "wait for the drain",
            OperatorStep::AwaitExit => "wait for the exit",
        };
        if self.signalled {
            return Ok(());
        }
        Err(Broken::Order { step: word, needs: "it sends a signal" })
    }

    fn request(_: &'a OperatorStep) -> Option<(&'a Request, Part)> {
        None
    }
}

/// A gate must be closed before it holds or opens.
pub(super) struct StoreRules {
    pub(super) held: bool,
}

impl<'a> Rules<'a> for StoreRules {
    type Step = StoreStep;

    fn step(&mut self, step: &'a StoreStep) -> Result<(), Broken> {
        let word = match step {
            StoreStep::Hold { .. } => {
                self.held = true;
                return Ok(());
            }
            StoreStep::Fault { .. } => return Ok(()),
            StoreStep::AwaitHeld { .. } => "wait for requests at a gate",
            StoreStep::LetGo { .. } => "open a gate",
        };
        if self.held {
            return Ok(());
        }
        Err(Broken::Order { step: word, needs: "it closes a gate" })
    }

    fn request(_: &'a StoreStep) -> Option<(&'a Request, Part)> {
        None
    }
}
