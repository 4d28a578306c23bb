use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// The ports of all [`Port`]s that this process has.
static TAKEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A port for one server, which was free when it was chosen. Dropping this releases the port.
///
/// The port lies below the kernel's range for outgoing connections. The kernel therefore gives it
/// to no client between this choice and the server's bind.
#[derive(Debug)]
pub(crate) struct Port(u16);

impl Port {
    /// Chooses a port; `None` if 1,000 random ports were all taken.
    pub(crate) fn choose() -> Option<Self> {
        let highest = outgoing_from().saturating_sub(1).max(12_000);
        let span = u64::from(highest - 10_000);
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = taken.get_or_insert_default();
        for _ in 0..1_000 {
            // Random, so that two runs at the same time rarely choose the same port.
            let random = uuid::Uuid::new_v4().as_u64_pair().0 % span;
            let port = 10_000 + u16::try_from(random).ok()?;
            if !taken.contains(&port) && is_free(port) {
                taken.insert(port);
                return Some(Self(port));
            }
        }
        None
    }

    pub(crate) fn number(&self) -> u16 {
        self.0
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        taken.get_or_insert_default().remove(&self.0);
    }
}

fn is_free(port: u16) -> bool {
    let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
    // Without IPv6 the second bind fails with an error other than "in use".
    let v6 = match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)) {
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::AddrInUse,
    };
    v4 && v6
}

/// The lowest port that the kernel gives to outgoing connections.
fn outgoing_from() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range");
    let low = range.ok().and_then(|range| range.split_whitespace().next()?.parse().ok());
    low.unwrap_or(32_768)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_chosen_at_the_same_time_differ() {
        let ports: Vec<_> = (0..50).map(|_| Port::choose().unwrap()).collect();
        let distinct: HashSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(distinct.len(), ports.len());
    }
}
