use std::cell::{Cell, RefCell};

use super::Rare;

type Decide = Box<dyn FnMut(Rare) -> bool + Send>;

thread_local! {
    /// A bit for each site that is on: most are asked often, and most are off.
    static ON: Cell<u16> = const { Cell::new(0) };
    static DECIDE: RefCell<Option<Decide>> = const { RefCell::new(None) };
}

const fn bit(site: Rare) -> u16 {
    1 << site as u16
}

/// Whether the rare branch is taken here, this time.
pub(crate) fn rarely(site: Rare) -> bool {
    ON.get() & bit(site) != 0
        && DECIDE.with_borrow_mut(|decide| decide.as_mut().is_some_and(|decide| decide(site)))
}

/// Has `decide` say, whenever a server of this thread comes by one of these sites, whether the rare
/// branch is taken; until the guard is dropped. A simulation is one thread.
///
/// `decide` must not serve: it is asked in the middle of that.
pub fn here(
    sites: impl IntoIterator<Item = Rare>,
    decide: impl FnMut(Rare) -> bool + Send + 'static,
) -> Here {
    let on = sites.into_iter().fold(0, |on, site| on | bit(site));
    let decide: Decide = Box::new(decide);
    Here { on: ON.replace(on), decide: DECIDE.replace(Some(decide)) }
}

/// While this lives, rare branches are taken on the thread that made it.
#[must_use = "they are taken only while this lives"]
pub struct Here {
    on: u16,
    decide: Option<Decide>,
}

impl std::fmt::Debug for Here {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Here").finish_non_exhaustive()
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        ON.set(self.on);
        DECIDE.set(self.decide.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_on_is_asked_and_only_while_the_guard_lives() {
        assert!(!rarely(Rare::ShortRead));
        let outer = here([Rare::ShortRead], |_| true);
        assert!(rarely(Rare::ShortRead) && !rarely(Rare::ShortWrite));
        let mut turn = false;
        let inner = here([Rare::ShortWrite], move |_| {
            turn = !turn;
            turn
        });
        assert!(!rarely(Rare::ShortRead));
        assert_eq!([(); 3].map(|()| rarely(Rare::ShortWrite)), [true, false, true]);
        drop(inner);
        assert!(rarely(Rare::ShortRead));
        drop(outer);
        assert!(Rare::ALL.into_iter().all(|site| !rarely(site)));
    }
}
