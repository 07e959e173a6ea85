//! What changes under a function's lock: which values have handles and variants, and which variant
//! leaves when there are too many.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Weak};

use crate::binding::Shared;
use crate::descriptor::Purpose;
use crate::dispatch::table::{Array, Table, Writer};
use crate::value::Image;
use crate::variant::Variant;

/// The handles and runtime variants of one function.
#[derive(Debug)]
pub(crate) struct Registry {
    bindings: BTreeMap<Image, Weak<Shared>>,
    /// How many bindings there may be before the dead ones are swept out.
    sweep_at: usize,
    variants: BTreeMap<Image, Live>,
    /// The values that have a variant, in the order in which they are considered for leaving.
    order: VecDeque<Image>,
    writer: Option<Writer>,
}

/// A variant, and how readers of the table find it.
#[derive(Debug)]
struct Live {
    variant: Arc<Variant>,
    key: u64,
}

impl Live {
    /// What the table leads to: the code where the key tells values apart, else the variant.
    fn payload(&self) -> *const () {
        if self.variant.image().is_narrow() { self.variant.entries().code(Purpose::Call) } else { Arc::as_ptr(&self.variant).cast() }
    }
}

impl Registry {
    pub(crate) const fn new() -> Registry {
        Registry { bindings: BTreeMap::new(), sweep_at: 64, variants: BTreeMap::new(), order: VecDeque::new(), writer: None }
    }

    /// How many values have a variant.
    pub(crate) fn len(&self) -> usize {
        self.variants.len()
    }

    /// The variants there are.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &Arc<Variant>> {
        self.variants.values().map(|live| &live.variant)
    }

    /// The variant for the values behind `image`.
    pub(crate) fn variant(&self, image: &Image) -> Option<&Arc<Variant>> {
        self.variants.get(image).map(|live| &live.variant)
    }

    /// What the handles of the values behind `image` share, if there are any.
    pub(crate) fn binding(&self, image: &Image) -> Option<Arc<Shared>> {
        self.bindings.get(image).and_then(Weak::upgrade)
    }

    /// Enters what the handles of its values share.
    pub(crate) fn bind(&mut self, shared: &Arc<Shared>) {
        self.bindings.insert(shared.image().clone(), Arc::downgrade(shared));
        if self.bindings.len() >= self.sweep_at {
            self.bindings.retain(|_, shared| shared.strong_count() > 0);
            self.sweep_at = 64.max(2 * self.bindings.len());
        }
    }

    /// Enters a variant and lets readers of `table` find it. What is given back readers may still use.
    #[must_use]
    pub(crate) fn publish(&mut self, table: &Table, key: u64, variant: &Arc<Variant>) -> Option<Array> {
        let image = variant.image().clone();
        let live = Live { variant: Arc::clone(variant), key };
        let replaced = self.writer.get_or_insert_default().publish(table, key, live.payload(), variant.entries().code(Purpose::Map));
        self.order.push_back(image.clone());
        self.variants.insert(image, live);
        replaced
    }

    /// Keeps all variants from readers of `table`, or lets them find them again. Gives back what handles share: it is dropped
    /// where no lock is held.
    pub(crate) fn cover(&mut self, table: &Table, covered: bool) -> Vec<Arc<Shared>> {
        self.writer.get_or_insert_default().cover(table, covered);
        self.bindings.values().filter_map(Weak::upgrade).collect()
    }

    /// Takes out the variant for the values behind `image`. Readers of the table may still be in its code.
    pub(crate) fn take(&mut self, image: &Image) -> Option<Arc<Variant>> {
        let live = self.variants.remove(image)?;
        self.order.retain(|known| known != image);
        if let Some(writer) = &mut self.writer {
            writer.remove(live.key, live.payload());
        }
        Some(live.variant)
    }

    /// Takes out a variant that was not called lately, that no handle holds and that is not pinned;
    /// nothing if there is none. Readers of the table may still be in its code.
    ///
    /// A second chance for each that was called since it was last considered (Corbató, "A Paging
    /// Experiment with the Multics System", 1968).
    pub(crate) fn take_coldest(&mut self) -> Option<Arc<Variant>> {
        let writer = self.writer.as_mut()?;
        // Twice around: whatever was visited has been considered once without.
        for _ in 0..2 * self.order.len() {
            let image = self.order.pop_front()?;
            let live = self.variants.get(&image)?;
            let is_free = Arc::strong_count(&live.variant) == 1 && !live.variant.is_pinned();
            if is_free && !writer.take_visited(live.key, live.payload()) {
                writer.remove(live.key, live.payload());
                return self.variants.remove(&image).map(|live| live.variant);
            }
            self.order.push_back(image);
        }
        None
    }
}
