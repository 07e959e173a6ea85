//! What the dylib's exports reach, step by step: the rest is left out.

use super::Refusal;
use super::frames::{About, Frames};
use super::object::{Object, Relocation};
use super::symbol::{Export, Target};

/// What is kept.
#[derive(Debug)]
pub(super) struct Reached {
    /// Whether a section is kept, by its index.
    pub(super) sections: Vec<bool>,
    /// Whether a record of the frame information is kept, by its index.
    pub(super) frames: Vec<bool>,
}

impl Reached {
    /// Walks from the exports to all that they need.
    ///
    /// # Errors
    ///
    /// A symbol on the way is damaged, or of a kind that this linker does not know.
    pub(super) fn from(object: &Object<'_>, frames: &Frames, exports: &[Export<'_>]) -> Result<Reached, Refusal> {
        let mut of_section = vec![Vec::new(); object.sections.len()];
        for (index, record) in frames.records.iter().enumerate() {
            if let About::One { code, .. } = record.about
                && let Some(records) = of_section.get_mut(code.section)
            {
                records.push(index);
            }
        }
        let reached = Reached { sections: vec![false; object.sections.len()], frames: vec![false; frames.records.len()] };
        let mut walk = Walk { object, frames, of_section, reached, waiting: Vec::new() };
        for export in exports {
            walk.enter(export.section)?;
        }
        while let Some(section) = walk.waiting.pop() {
            walk.leave(section)?;
        }
        if let (Some(section), true) = (frames.section, walk.reached.frames.contains(&true))
            && let Some(reached) = walk.reached.sections.get_mut(section)
        {
            *reached = true;
        }
        Ok(walk.reached)
    }
}

/// The way so far.
struct Walk<'w, 'a> {
    object: &'w Object<'a>,
    frames: &'w Frames,
    /// The records of the functions in each section.
    of_section: Vec<Vec<usize>>,
    reached: Reached,
    /// Sections that are reached, and not yet walked on from.
    waiting: Vec<usize>,
}

impl Walk<'_, '_> {
    /// Reaches a section.
    fn enter(&mut self, section: usize) -> Result<(), Refusal> {
        if Some(section) == self.frames.section {
            return Err(Refusal::unsupported("code or data that refers to the frame information"));
        }
        if let Some(reached) = self.reached.sections.get_mut(section)
            && !*reached
        {
            *reached = true;
            self.waiting.push(section);
        }
        Ok(())
    }

    /// Walks on from a section: to what it refers to, to the others of its group, and to the frames of its functions.
    fn leave(&mut self, index: usize) -> Result<(), Refusal> {
        let Some(section) = self.object.sections.get(index) else {
            return Ok(());
        };
        self.follow(&section.relocations)?;
        let group = section.group.and_then(|group| self.object.groups.get(group));
        for member in group.into_iter().flatten() {
            if self.object.sections.get(*member).is_some_and(|member| member.is_loaded()) {
                self.enter(*member)?;
            }
        }
        for record in self.of_section.get_mut(index).map(std::mem::take).unwrap_or_default() {
            self.enter_frame(record)?;
        }
        Ok(())
    }

    /// Reaches a record of the frame information, and all that it refers to.
    fn enter_frame(&mut self, index: usize) -> Result<(), Refusal> {
        let (Some(reached), Some(record)) = (self.reached.frames.get_mut(index), self.frames.records.get(index)) else {
            return Ok(());
        };
        if *reached {
            return Ok(());
        }
        *reached = true;
        self.follow(&record.relocations)?;
        match record.about {
            About::Many => Ok(()),
            About::One { common, .. } => self.enter_frame(common),
        }
    }

    /// Reaches the sections that relocations refer to.
    fn follow(&mut self, relocations: &[Relocation]) -> Result<(), Refusal> {
        for relocation in relocations {
            if let Target::Section { section, .. } = self.object.target_of(relocation)? {
                self.enter(section)?;
            }
        }
        Ok(())
    }
}
