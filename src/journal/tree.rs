//! The RFC 6962 Merkle tree whose leaves are the entries of the log.
//!
//! Pure: never reads the store. Two things are kept there: the [`Frontier`], which is all that an
//! append needs, and the nodes of every eighth level ([`Node`]), from which the frontier of any
//! earlier size, and so any proof, follows with a few hundred reads (C2SP tlog-tiles cuts the tree
//! at the same levels).

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of the tree.
pub(super) type Hash = [u8; 32];

/// Levels between two kept nodes: a kept node covers 256 of the level below.
pub(super) const STRIDE: u32 = 8;

/// Hashes a leaf: SHA-256(0x00 ‖ entry), RFC 6962 section 2.1.
pub(super) fn leaf(entry: &[u8]) -> Hash {
    Sha256::new_with_prefix([0]).chain_update(entry).finalize().into()
}

/// Hashes an inner node: SHA-256(0x01 ‖ left ‖ right).
pub(super) fn join(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// A complete subtree that is kept: it covers the leaves `position << level ..`, 2^level of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    /// Height above the leaves, a multiple of [`STRIDE`] above 0.
    pub level: u32,
    /// Index among the nodes of its level, from 0.
    pub position: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The complete subtrees a tree of some size consists of (a compact range), largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// Puts a frontier together from its peaks, largest first; `None` when their number does not fit the size.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Reads the stored form: the peaks one after another.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        if rest.is_empty() {
            Self::from_peaks(size, peaks.to_vec())
        } else {
            None
        }
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Adds a leaf; `keep` is given each node that has to be kept.
    pub fn push(&mut self, leaf: Hash, mut keep: impl FnMut(Node)) {
        let mut hash = leaf;
        for level in 1..=self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            hash = join(&left, &hash);
            if level.is_multiple_of(STRIDE) {
                keep(Node {
                    level,
                    position: self.size >> level,
                    hash,
                });
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The tree head: RFC 6962's MTH, SHA-256 of nothing for the empty tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => Sha256::digest([]).into(),
            Some(last) => peaks.fold(*last, |right, left| join(left, &right)),
        }
    }

    /// Levels and positions of the peaks a tree of `size` leaves has, largest first.
    pub fn peaks_of(size: u64) -> impl Iterator<Item = (u32, u64)> {
        (0..u64::BITS)
            .rev()
            .filter(move |level| size >> level & 1 == 1)
            .map(move |level| (level, (size >> level) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 6962 section 2.1, written as it is defined.
    fn naive(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [] => Sha256::digest([]).into(),
            [entry] => leaf(entry),
            more => {
                let half = more.len().next_power_of_two() / 2;
                join(&naive(&more[..half]), &naive(&more[half..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_certificate_transparency_test_vectors() {
        // certificate-transparency, python/ct/crypto/merkle_test.py: leaves and the roots of sizes 0 to 8.
        let leaves: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f,
            ],
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::default();
        assert_eq!(hex(&frontier.root()), roots[0]);
        for (entry, root) in leaves.iter().zip(&roots[1..]) {
            frontier.push(leaf(entry), |_| ());
            assert_eq!(hex(&frontier.root()), *root);
        }
    }

    proptest! {
        #[test]
        fn the_frontier_gives_the_root_of_the_definition(count in 0usize..700) {
            let entries: Vec<Vec<u8>> = (0..count).map(|index| index.to_be_bytes().to_vec()).collect();
            let mut frontier = Frontier::default();
            let mut kept = Vec::new();
            for entry in &entries {
                frontier.push(leaf(entry), |node| kept.push(node));
                let again = Frontier::from_bytes(frontier.size, &frontier.to_bytes());
                prop_assert_eq!(again.as_ref(), Some(&frontier));
            }
            prop_assert_eq!(frontier.root(), naive(&entries));
            for node in &kept {
                let start = (node.position as usize) << node.level;
                prop_assert_eq!(node.hash, naive(&entries[start..start + (1 << node.level)]));
            }
            prop_assert_eq!(kept.len(), count / 256);
            let peaks = Frontier::peaks_of(count as u64)
                .map(|(level, position)| {
                    let start = (position as usize) << level;
                    naive(&entries[start..start + (1 << level)])
                })
                .collect();
            prop_assert_eq!(Frontier::from_peaks(count as u64, peaks), Some(frontier));
        }
    }
}
