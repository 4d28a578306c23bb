use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Event, EventNet};
use crate::engine::tap::{self, Flags, Head, PacketEvent, Verdict};
use crate::engine::{Ended, Engine, Host, Net, Setup, SocketState};

const SERVER: Host = Host(0);
const CLIENT: Host = Host(1);
const PORT: u16 = 80;

fn setup() -> Setup {
    Setup::new(["server", "client"])
}

fn us(us: u64) -> Duration {
    Duration::from_micros(us)
}

/// Echoes every byte, with a task for each connection.
async fn echo(net: EventNet) {
    let listener = net.listen(SERVER, PORT).await.unwrap();
    loop {
        let (mut stream, _) = net.accept(&listener).await.unwrap();
        tokio::spawn(async move {
            let (mut read, mut write) = tokio::io::split(&mut stream);
            let _ = tokio::io::copy(&mut read, &mut write).await;
        });
    }
}

#[test]
fn connecting_and_echoing_a_byte_takes_two_virtual_round_trips() {
    let ended = Event::run(&setup(), |net| async move {
        net.spawn(SERVER, echo(net));
        let client = net.spawn(CLIENT, async move {
            let mut stream = net.connect(CLIENT, SERVER, PORT).await.unwrap();
            assert_eq!(net.now(), us(1_000), "the handshake");
            stream.write_all(b"x").await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), b'x');
            (net.now(), net.tasks(SERVER), net.tasks(CLIENT))
        });
        client.await
    });
    assert_eq!(ended, Ended::Done(Ok((us(2_000), 2, 1))));
}

#[test]
fn a_task_inherits_its_spawners_mark_until_it_is_marked_itself() {
    let ended = Event::run(&setup(), |net| async move {
        let marked = |mark, child| {
            net.spawn(SERVER, async move {
                net.mark(mark);
                let spawned = tokio::spawn(async move {
                    let inherited = net.marked();
                    tokio::task::yield_now().await;
                    net.mark(child);
                    tokio::task::yield_now().await;
                    (inherited, net.marked())
                });
                let spawned = spawned.await.unwrap();
                (net.marked(), spawned)
            })
        };
        let (one, other) = (marked(1, 11), marked(2, 22));
        let unmarked = net.spawn(SERVER, async move { net.marked() });
        (one.await.unwrap(), other.await.unwrap(), unmarked.await.unwrap(), net.marked())
    });
    let one = (Some(1), (Some(1), Some(11)));
    let other = (Some(2), (Some(2), Some(22)));
    assert_eq!(ended, Ended::Done((one, other, None, None)));
}

#[test]
fn tokio_timers_have_whole_milliseconds_and_engine_timers_nanoseconds() {
    let ended = Event::run(&setup(), |net| async move {
        net.sleep_until(us(1_700)).await;
        let fine = net.now();
        tokio::time::sleep(us(2_000)).await;
        let coarse = net.now();
        net.sleep_until(us(4_001)).await;
        tokio::time::sleep(us(999)).await;
        (fine, coarse, net.now())
    });
    assert_eq!(ended, Ended::Done((us(1_700), us(4_000), us(5_000))));
}

#[test]
fn a_sleep_of_one_hour_takes_no_real_time() {
    let setup = Setup { max_time: Duration::from_secs(7_200), ..setup() };
    let ended = Event::run(&setup, |net| async move {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        net.now()
    });
    assert_eq!(ended, Ended::Done(Duration::from_secs(3_600)));
}

#[test]
fn a_world_that_waits_for_nothing_ends_as_stuck() {
    assert_eq!(Event::run(&setup(), |_| std::future::pending::<()>()), Ended::Stuck);
    let lost_syn = Event::run(&setup(), |net| async move {
        net.cut(CLIENT, SERVER);
        let _ = net.connect(CLIENT, SERVER, PORT).await;
    });
    assert_eq!(lost_syn, Ended::Stuck);
}

#[test]
fn a_timer_after_max_time_ends_the_run_as_overtime_and_not_as_stuck() {
    let later = Event::run(&setup(), |_| tokio::time::sleep(Duration::from_secs(601)));
    assert_eq!(later, Ended::Overtime);
    let own = Event::run(&setup(), |net| net.sleep_until(Duration::from_secs(601)));
    assert_eq!(own, Ended::Overtime);
    let ever = Event::run(&setup(), |_| async {
        loop {
            tokio::time::sleep(Duration::from_secs(7)).await;
        }
    });
    assert_eq!(ever, Ended::<()>::Overtime);
}

#[test]
fn spinning_is_livelock() {
    let setup = Setup { max_events: 1_000, ..setup() };
    let alone = Event::run(&setup, |_| async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(alone, Ended::<()>::Livelock);
    let task = Event::run(&setup, |net| async move {
        let spin = net.spawn(SERVER, async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        spin.await.unwrap_or(())
    });
    assert_eq!(task, Ended::Livelock);
}

#[test]
fn a_panic_anywhere_ends_the_run_with_its_message_and_place() {
    let detached = Event::run(&setup(), |net| async move {
        drop(net.spawn(SERVER, async { panic!("in a task") }));
        std::future::pending::<()>().await;
    });
    let world = Event::run(&setup(), |_| async { panic!("in the world") });
    let caught = Event::run(&setup(), |_| async {
        let _ = std::panic::catch_unwind(|| panic!("caught"));
    });
    for (ended, message) in [(detached, "in a task"), (world, "in the world"), (caught, "caught")] {
        let Ended::Panicked(said) = ended else { panic!("{ended:?}") };
        let place = concat!(" at ", file!(), ":");
        assert!(said.starts_with(&format!("{message}{place}")), "{said}");
    }
    assert_eq!(Event::run(&setup(), |_| async {}), Ended::Done(()), "the next run is clean");
}

#[test]
fn a_syn_filter_delays_new_handshakes_and_lets_those_in_flight_finish() {
    let ended = Event::run(&setup(), |net| async move {
        let listener = net.listen(SERVER, PORT).await.unwrap();
        let early = net.spawn(CLIENT, net.connect(CLIENT, SERVER, PORT));
        net.sleep_until(us(600)).await;
        assert_eq!(net.sockets(SERVER)[1].state, SocketState::SynReceived);
        net.filter_syn(SERVER, PORT);
        let late = net.spawn(CLIENT, net.connect(CLIENT, SERVER, PORT));
        let (_stream, peer) = net.accept(&listener).await.unwrap();
        let early = early.await.unwrap().unwrap();
        assert_eq!(net.local_addr(&early), peer);
        let sockets = net.sockets(SERVER).len();
        net.sleep_until(us(999_000)).await;
        drop(listener);
        let refused = late.await.unwrap().unwrap_err().kind();
        (sockets, refused, net.now())
    });
    // The SYN is sent at 600 us, arrives at 1,100, arrives again a second later. The refusal takes
    // 500 us more.
    let expected = (2, io::ErrorKind::ConnectionRefused, us(1_001_600));
    assert_eq!(ended, Ended::Done(expected), "no socket but the two, and then a refusal");
}

#[test]
fn a_shorter_latency_lets_no_packet_overtake_its_flow() {
    let seen = packets(|| {
        let ended = Event::run(&setup(), |net| async move {
            let listener = net.listen(SERVER, PORT).await.unwrap();
            let mut client = net.connect(CLIENT, SERVER, PORT).await.unwrap();
            let (mut server, _) = net.accept(&listener).await.unwrap();
            net.latency(CLIENT, SERVER, us(9_000));
            client.write_all(b"first").await.unwrap();
            net.sleep_until(us(3_000)).await;
            net.latency(CLIENT, SERVER, us(10));
            client.write_all(b"second").await.unwrap();
            let mut both = [0; 11];
            server.read_exact(&mut both).await.unwrap();
            (both, net.now())
        });
        let (both, at) = ended.done().unwrap();
        assert_eq!((&both, at), (b"firstsecond", us(10_500)));
    });
    let data = |verdict| {
        let with = seen.iter().filter(move |s| s.len > 0 && s.verdict == verdict);
        with.map(|s| (s.at, s.head.seq)).collect::<Vec<_>>()
    };
    let (sent, came) = (data(Verdict::Sent), data(Verdict::Delivered));
    assert_eq!(
        sent.iter().map(|s| s.1).collect::<Vec<_>>(),
        came.iter().map(|c| c.1).collect::<Vec<_>>()
    );
    assert_eq!(came.iter().map(|c| c.0).collect::<Vec<_>>(), [us(10_500); 2]);
}

#[test]
fn healing_a_link_delivers_held_packets_and_no_cut_ones() {
    let ended = Event::run(&setup(), |net| async move {
        net.spawn(SERVER, echo(net));
        let mut client = net.connect(CLIENT, SERVER, PORT).await.unwrap();
        net.hold(CLIENT, SERVER);
        client.write_all(b"held").await.unwrap();
        net.sleep_until(us(50_000)).await;
        net.heal(CLIENT, SERVER);
        let mut four = [0; 4];
        client.read_exact(&mut four).await.unwrap();
        let healed = net.now();
        net.cut(CLIENT, SERVER);
        client.write_all(b"lost").await.unwrap();
        net.sleep_until(us(60_000)).await;
        net.heal(CLIENT, SERVER);
        let lost = tokio::time::timeout(us(100_000), client.read_u8()).await;
        (healed, lost.is_err())
    });
    assert_eq!(ended, Ended::Done((us(50_500), true)));
}

#[test]
fn a_reader_of_small_pieces_receives_a_large_body_completely() {
    const BODY: usize = 1 << 20;
    let ended = Event::run(&setup(), |net| async move {
        let listener = net.listen(SERVER, PORT).await.unwrap();
        let sender = net.spawn(SERVER, async move {
            let (mut stream, _) = net.accept(&listener).await.unwrap();
            stream.write_all(&vec![7; BODY]).await.unwrap();
            stream.shutdown().await.unwrap();
        });
        let mut client = net.connect(CLIENT, SERVER, PORT).await.unwrap();
        let (mut piece, mut all) = ([0; 1_000], 0);
        loop {
            match client.read(&mut piece).await.unwrap() {
                0 => break,
                n => all += n,
            }
        }
        sender.await.unwrap();
        all
    });
    assert_eq!(ended, Ended::Done(BODY));
}

#[test]
fn handles_can_be_dropped_after_their_run() {
    let kept = Event::run(&setup(), |net| async move {
        let listener = net.listen(SERVER, PORT).await.unwrap();
        let client = net.connect(CLIENT, SERVER, PORT).await.unwrap();
        (listener, client)
    });
    let next = Event::run(&setup(), |net| async move {
        let listener = net.listen(SERVER, PORT).await.unwrap();
        drop(kept);
        let _client = net.connect(CLIENT, SERVER, PORT).await.unwrap();
        let look = net.sockets(SERVER);
        drop(listener);
        look.len()
    });
    assert_eq!(next, Ended::Done(2));
}

/// A packet as a tap saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    at: Duration,
    from: Host,
    head: Head,
    len: usize,
    verdict: Verdict,
}

fn packets(run: impl FnOnce()) -> Vec<Seen> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let into = Rc::clone(&seen);
    let tapped = tap::install(move |event: &PacketEvent<'_>| {
        let (PacketEvent { at, from, head, verdict, .. }, len) = (*event, event.payload.len());
        into.borrow_mut().push(Seen { at, from, head, len, verdict });
    });
    run();
    drop(tapped);
    Rc::into_inner(seen).unwrap().into_inner()
}

/// Four clients whose tasks race for the order in which they are served.
fn race(seed: u64) -> Vec<Seen> {
    packets(|| {
        let setup = Setup { tokio_seed: Some(seed), ..Setup::new(["server", "a", "b", "c", "d"]) };
        let ended = Event::run(&setup, |net| async move {
            net.spawn(SERVER, echo(net));
            let clients: Vec<_> = (1..=4)
                .map(|host| {
                    net.spawn(Host(host), async move {
                        let mut stream = net.connect(Host(host), SERVER, PORT).await.unwrap();
                        for _ in 0..8 {
                            tokio::select! {
                                () = std::future::ready(()) => stream.write_u8(1).await.unwrap(),
                                () = std::future::ready(()) => stream.write_u16(2).await.unwrap(),
                            }
                            stream.read_u8().await.unwrap();
                        }
                    })
                })
                .collect();
            for client in clients {
                client.await.unwrap();
            }
        });
        assert_eq!(ended, Ended::Done(()));
    })
}

#[test]
fn a_seed_gives_equal_packets_twice_and_another_seed_gives_others() {
    for seed in 0..20 {
        assert!(race(seed) == race(seed), "seed {seed}");
    }
    assert!(race(1) != race(2), "the seed decides something");
}

#[test]
fn the_tap_sees_a_handshake_and_its_bytes() {
    let seen = packets(|| {
        Event::run(&setup(), |net| async move {
            let _listener = net.listen(SERVER, PORT).await.unwrap();
            net.connect(CLIENT, SERVER, PORT).await.unwrap();
        });
    });
    let flags: Vec<_> = seen.iter().map(|s| (s.from, s.head.flags.0, s.verdict)).collect();
    assert_eq!(
        flags,
        [
            (CLIENT, Flags::SYN, Verdict::Sent),
            (CLIENT, Flags::SYN, Verdict::Delivered),
            (SERVER, Flags::SYN | Flags::ACK, Verdict::Sent),
            (SERVER, Flags::SYN | Flags::ACK, Verdict::Delivered),
            (CLIENT, Flags::ACK, Verdict::Sent),
        ]
    );
}
