//! Tests of the engine: the pure core by commands and facts, the edge on a real store.

mod deciding;
mod driving;
mod elicited;
mod founding;
mod heads;
mod interrupted;
mod own_requests;
mod properties;
mod recalling;
mod simulator;
mod spending;
mod stored;
mod swapped;
mod table;
mod workspaces;

use table::{
    RUN, Table, capsule, catalogue, counting, dag, document, failed, fails, kinds, ms, output, started, steps, tokens,
    unit, world,
};
