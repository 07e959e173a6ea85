//! What the host asks of the compile server, and what it gets back, as bytes.

/// One value to make machine code for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Job {
    /// The template's unoptimised bitcode.
    pub(crate) bitcode: Vec<u8>,
    /// Its holes, and what fills them.
    pub(crate) holes: Vec<Hole>,
    /// The symbols that the library must define.
    pub(crate) exports: Vec<String>,
    /// The library that it is linked against.
    pub(crate) needed: String,
}

/// A hole of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hole {
    /// Its symbol.
    pub(crate) symbol: String,
    /// The bytes that fill it, or that it refers to.
    pub(crate) image: Vec<u8>,
    /// Of a reference to a slice or string: how many elements these bytes are.
    pub(crate) length: Option<u64>,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// The object.
    pub(crate) object: Vec<u8>,
    /// The library made of it, or why the server's own linker refused.
    pub(crate) library: Result<Vec<u8>, String>,
    /// Nanoseconds spent filling the holes, optimising, emitting and linking.
    pub(crate) stages: [u64; 4],
}

impl Job {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        put(&mut fields, &self.bitcode);
        put_count(&mut fields, self.holes.len());
        for Hole { symbol, image, length } in &self.holes {
            put(&mut fields, symbol.as_bytes());
            put(&mut fields, image);
            put(&mut fields, length.map(u64::to_le_bytes).as_ref().map_or(&[], |length| length));
        }
        put_list(&mut fields, &self.exports);
        put(&mut fields, self.needed.as_bytes());
        fields
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Job> {
        let mut fields = Fields(bytes);
        let bitcode = fields.bytes()?.to_vec();
        let holes = fields.list(Fields::hole)?;
        let exports = fields.list(Fields::text)?;
        let needed = fields.text()?;
        fields.end(Job { bitcode, holes, exports, needed })
    }
}

impl Done {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        put(&mut fields, &self.object);
        let (linked, content) = match &self.library {
            Ok(library) => (1, library.as_slice()),
            Err(refusal) => (0, refusal.as_bytes()),
        };
        put(&mut fields, &[linked]);
        put(&mut fields, content);
        for stage in self.stages {
            put(&mut fields, &stage.to_le_bytes());
        }
        fields
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Done> {
        let mut fields = Fields(bytes);
        let object = fields.bytes()?.to_vec();
        let library = match fields.bytes()? {
            [0] => Err(fields.text()?),
            [1] => Ok(fields.bytes()?.to_vec()),
            _ => return None,
        };
        let mut stages = [0; 4];
        for stage in &mut stages {
            *stage = u64::from_le_bytes(fields.bytes()?.try_into().ok()?);
        }
        fields.end(Done { object, library, stages })
    }
}

fn put_count(fields: &mut Vec<u8>, count: usize) {
    fields.extend_from_slice(&(count as u64).to_le_bytes());
}

fn put(fields: &mut Vec<u8>, field: &[u8]) {
    put_count(fields, field.len());
    fields.extend_from_slice(field);
}

fn put_list(fields: &mut Vec<u8>, list: &[String]) {
    put_count(fields, list.len());
    for text in list {
        put(fields, text.as_bytes());
    }
}

/// Fields still to be read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn count(&mut self) -> Option<usize> {
        let (count, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        usize::try_from(u64::from_le_bytes(*count)).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    fn text(&mut self) -> Option<String> {
        std::str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    fn hole(&mut self) -> Option<Hole> {
        let (symbol, image) = (self.text()?, self.bytes()?.to_vec());
        let length = match self.bytes()? {
            [] => None,
            length => Some(u64::from_le_bytes(length.try_into().ok()?)),
        };
        Some(Hole { symbol, image, length })
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Fields<'a>) -> Option<T>) -> Option<Vec<T>> {
        // Nothing is reserved for a count that nobody has checked: each item takes some bytes.
        (0..self.count()?).map(|_| item(self)).collect()
    }

    fn end<T>(self, whole: T) -> Option<T> {
        self.0.is_empty().then_some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_comes_out_as_it_went_in() {
        let job = Job {
            bitcode: vec![1, 2, 3],
            holes: vec![
                Hole { symbol: "HOLE_0".to_owned(), image: vec![13, 0, 0, 0], length: None },
                Hole { symbol: "HOLE_1".to_owned(), image: Vec::new(), length: Some(0) },
            ],
            exports: vec!["specialize_entry".to_owned()],
            needed: "libsupport.so".to_owned(),
        };
        let encoded = job.encode();
        assert_eq!(Job::decode(&encoded), Some(job));
        for cut in 0..encoded.len() {
            assert_eq!(Job::decode(&encoded[..cut]), None, "cut at {cut}");
        }
    }

    #[test]
    fn what_a_job_made_comes_out_as_it_went_in() {
        for library in [Ok(vec![7; 100]), Err("thread-local".to_owned())] {
            let done = Done { object: vec![8; 50], library, stages: [1, 2, 3, 4] };
            let encoded = done.encode();
            assert_eq!(Done::decode(&encoded), Some(done));
            for cut in 0..encoded.len() {
                assert_eq!(Done::decode(&encoded[..cut]), None, "cut at {cut}");
            }
        }
    }
}
