//! What is taken from the process that becomes the program: resources, capabilities, files, system calls.

use std::io;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, Scope, path_beneath_rules,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{
    CapabilitiesSecureBits, CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_capabilities_secure_bits, set_no_new_privs,
};

use super::fault::{Fault, layer};
use super::plan::Plan;
use super::seccomp;

/// Without this version of Landlock's interface a file cannot be moved from one directory to another.
const LANDLOCK_LEAST: i32 = 2;

/// Takes everything but capabilities, which the process before it has given up for both.
pub(super) fn all(plan: &Plan, filter: &seccomp::Program) -> Result<(), Fault> {
    resources(plan).map_err(layer("resource limits"))?;
    set_no_new_privs(true).map_err(layer("no new privileges"))?;
    close_the_rest().map_err(layer("descriptors"))?;
    files(plan)?;
    filter.apply().map_err(layer("seccomp"))
}

/// Limits that hold for each process by itself.
fn resources(plan: &Plan) -> io::Result<()> {
    let limits = &plan.limits;
    let set = |resource, most: u64| -> io::Result<()> {
        let most = Some(most);
        Ok(setrlimit(
            resource,
            Rlimit {
                current: most,
                maximum: most,
            },
        )?)
    };
    let seconds = limits.cpu_ms.div_ceil(1_000);
    // The first bound says why; the second cannot be ignored.
    setrlimit(
        Resource::Cpu,
        Rlimit {
            current: Some(seconds),
            maximum: Some(seconds + 1),
        },
    )?;
    set(Resource::Core, 0)?;
    set(Resource::Nofile, 1_024)?;
    set(Resource::Fsize, limits.file)?;
    set(Resource::Memlock, 8 << 20)?;
    set(Resource::Msgqueue, 819_200)?;
    set(Resource::Nproc, limits.processes)?;
    if plan.groups.is_empty() {
        // Nothing counts them together, so each is bounded: what it may write to, not what it may reserve.
        set(Resource::Data, limits.memory)?;
    }
    Ok(())
}

/// Gives up every capability for good.
pub(super) fn drop_capabilities() -> io::Result<()> {
    set_capabilities_secure_bits(
        CapabilitiesSecureBits::NO_ROOT
            | CapabilitiesSecureBits::NO_ROOT_LOCKED
            | CapabilitiesSecureBits::NO_SETUID_FIXUP
            | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED
            | CapabilitiesSecureBits::KEEP_CAPS_LOCKED
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE
            | CapabilitiesSecureBits::NO_CAP_AMBIENT_RAISE_LOCKED,
    )?;
    clear_ambient_capability_set()?;
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            // One that this kernel does not know.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    Ok(set_capabilities(None, none)?)
}

/// Everything above the three standard descriptors goes when the program begins.
#[allow(unsafe_code, reason = "rustix has no close_range")]
fn close_the_rest() -> io::Result<()> {
    // SAFETY: with CLOSE_RANGE_CLOEXEC nothing is closed before this process becomes another program.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The version of Landlock's interface in this kernel; zero or less where there is none.
#[allow(unsafe_code, reason = "the version is asked for by a raw call")]
pub(super) fn landlock_version() -> i32 {
    // SAFETY: with LANDLOCK_CREATE_RULESET_VERSION nothing is read from the pointer.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0_usize,
            1_u32,
        )
    };
    i32::try_from(version).unwrap_or(-1)
}

/// Landlock: reads what the mounts show, writes what they let write.
fn files(plan: &Plan) -> Result<(), Fault> {
    let version = landlock_version();
    if version < LANDLOCK_LEAST {
        return Err(Fault {
            layer: "landlock".to_owned(),
            why: format!("version {version} of its interface, {LANDLOCK_LEAST} is needed (Linux 5.19)"),
        });
    }
    let abi = ABI::from(version);
    let all = AccessFs::from_all(abi);
    let read = AccessFs::from_read(abi);
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all)
        .map_err(layer("landlock"))?;
    if version >= 6 {
        ruleset = ruleset
            .scope(Scope::AbstractUnixSocket | Scope::Signal)
            .map_err(layer("landlock"))?;
    }
    let seen = plan
        .trees
        .iter()
        .filter(|tree| !tree.write)
        .map(|tree| tree.path.as_path());
    let written = plan
        .trees
        .iter()
        .filter(|tree| tree.write)
        .map(|tree| tree.path.as_path());
    let own = ["/tmp", "/dev/shm", "/dev/pts"].map(std::path::Path::new);
    let devices = ["null", "zero", "full", "random", "urandom"].map(|name| std::path::Path::new("/dev").join(name));
    let writable = written.chain(own).chain([plan.home.as_path()]);
    let ruleset = ruleset.create().map_err(layer("landlock"))?;
    // A rule for a file names only what makes sense for a file.
    let ruleset = ruleset.set_compatibility(CompatLevel::BestEffort);
    let device = (AccessFs::ReadFile | AccessFs::WriteFile) & all;
    ruleset
        .add_rules(path_beneath_rules(seen.chain([std::path::Path::new("/proc")]), read))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(writable, all)))
        .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(devices, device)))
        .and_then(|ruleset| ruleset.restrict_self())
        .map_err(layer("landlock"))
        .and_then(|status| match status.ruleset {
            landlock::RulesetStatus::FullyEnforced | landlock::RulesetStatus::PartiallyEnforced => Ok(()),
            landlock::RulesetStatus::NotEnforced => Err(Fault {
                layer: "landlock".to_owned(),
                why: "the kernel does not enforce it".to_owned(),
            }),
        })
}
