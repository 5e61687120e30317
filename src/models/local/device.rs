//! Where tensors live: the processor, or the accelerator that this build was made for.

use candle_core::{Device, Result};

/// The accelerator of a build with `cuda` or `metal`, otherwise the processor.
///
/// # Errors
/// The accelerator that this build was made for cannot be used.
pub(super) fn best() -> Result<Device> {
    if cfg!(feature = "cuda") {
        Device::new_cuda(0)
    } else if cfg!(feature = "metal") {
        Device::new_metal(0)
    } else {
        Ok(Device::Cpu)
    }
}
