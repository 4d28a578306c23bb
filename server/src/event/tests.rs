use std::sync::{Arc, Mutex};

use super::{Event, Observer, Observers};

/// Names the observers that were called, in their order.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<&'static str>>>);

impl Calls {
    fn observer(&self, name: &'static str) -> impl Observer + use<> {
        let calls = Arc::clone(&self.0);
        move |_: &Event<'_>| calls.lock().expect("free").push(name)
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().expect("free"))
    }
}

#[test]
fn observers_are_called_in_the_order_of_addition() {
    let calls = Calls::default();
    let (mut observers, mut others) = (Observers::default(), Observers::default());
    observers.add(calls.observer("first"));
    observers.add(calls.observer("second"));
    others.add(calls.observer("third"));
    observers.append(others);
    for _ in 0..2 {
        observers.emit(&Event::Serving {});
        assert_eq!(calls.take(), ["first", "second", "third"]);
    }
}

/// Panics at its second event, and again when it is dropped.
struct Broken {
    calls: Calls,
    events: usize,
}

impl Observer for Broken {
    fn observe(&mut self, event: &Event<'_>) {
        self.calls.observer("broken").observe(event);
        self.events += 1;
        assert!(self.events < 2, "an observer's panic, on purpose");
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        self.calls.observer("dropped").observe(&Event::Serving {});
        panic!("a destructor's panic, on purpose");
    }
}

#[test]
fn observer_that_panicked_is_dropped_and_the_others_continue() {
    let calls = Calls::default();
    let mut observers = Observers::default();
    observers.add(Broken { calls: calls.clone(), events: 0 });
    observers.add(calls.observer("other"));
    observers.emit(&Event::Serving {});
    assert_eq!(calls.take(), ["broken", "other"]);
    observers.emit(&Event::Serving {});
    assert_eq!(calls.take(), ["broken", "dropped", "other"]);
    observers.emit(&Event::Serving {});
    assert_eq!(calls.take(), ["other"]);
}
