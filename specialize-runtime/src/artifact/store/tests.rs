//! Tests of the store.

use tempfile::TempDir;

use super::*;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::open(Some(&folder.path().join("cache")), u64::MAX).expect("a store");
    (folder, store)
}

fn keep(store: &Store, key: &Key, dylib: &[u8]) -> Artifact {
    let work = store.work_folder().expect("a work folder");
    let path = work.path().join("v.so");
    fs::write(&path, dylib).expect("a dylib");
    store.keep(key, &path, Access::Load).expect("kept")
}

#[test]
fn what_is_kept_is_found_again() {
    let (_folder, store) = store();
    let key = Key::new("test").number(1);
    assert!(store.find(&key).is_none());
    assert_eq!(keep(&store, &key, b"code").content(), b"code");
    assert_eq!(store.find(&key).expect("found").content(), b"code");
    assert!(store.find(&Key::new("test").number(2)).is_none());
    assert!(store.failure().is_none());
    store.forget(&key);
    assert!(store.find(&key).is_none());
}

#[test]
fn a_damaged_artifact_is_removed() {
    let (_folder, store) = store();
    let key = Key::new("test").number(1);
    let path = keep(&store, &key, b"some code that will be damaged").path().to_owned();
    let whole = fs::read(&path).expect("readable");
    fs::remove_file(&path).expect("removable");
    fs::write(&path, &whole[1..]).expect("writable");
    fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("changeable");
    assert!(store.find(&key).is_none());
    assert!(!path.exists());
    fs::create_dir(&path).expect("a folder in its place");
    assert!(store.find(&key).is_none() && !path.exists());
}

#[test]
fn an_artifact_has_a_new_path_each_time_it_is_made() {
    let (_folder, store) = store();
    let key = Key::new("test");
    let paths = [(); 3].map(|()| store.stage(&key, b"code".to_vec()).expect("staged").artifact().path().to_owned());
    assert!(paths[0] != paths[1] && paths[1] != paths[2]);
    assert!(paths.iter().all(|path| !path.exists()), "what is not kept is removed");
    let kept = keep(&store, &key, b"code");
    let mode = fs::metadata(kept.path()).expect("kept").permissions().mode();
    assert_eq!(mode & 0o7777, 0o400);
}

#[test]
fn a_program_may_be_run_as_soon_as_it_is_there() {
    let (_folder, store) = store();
    let staged = store.stage_for(&Key::new("test"), b"#!/bin/true\n".to_vec(), Access::Run).expect("staged");
    let mode = |artifact: &Artifact| fs::metadata(artifact.path()).expect("it is there").permissions().mode() & 0o7777;
    assert_eq!(mode(staged.artifact()), 0o500, "ahead of the name by which others find it");
    assert_eq!(mode(&staged.keep(&store).expect("kept")), 0o500);
}

#[test]
fn a_folder_open_to_others_is_not_used() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("changeable");
    for cache in [folder.path().to_owned(), folder.path().join("below")] {
        let store = Store::open(Some(&cache), u64::MAX).expect("a private store");
        assert!(matches!(store.failure(), Some(Error::CacheUntrusted { path, .. }) if path == folder.path()));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "nothing is written there");
    }
}

#[test]
fn a_folder_that_cannot_be_made_means_a_private_one() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let store = Store::open(Some(&file.path().join("cache")), u64::MAX).expect("a private store");
    assert!(matches!(store.failure(), Some(Error::File { .. })));
    let key = Key::new("test");
    assert_eq!(keep(&store, &key, b"code").content(), store.find(&key).expect("found").content());
    let private = store.artifacts.clone();
    drop(store);
    assert!(!private.exists());
}

#[test]
fn a_store_that_is_removed_is_made_again() {
    let (folder, store) = store();
    let (first, second) = (Key::new("test").number(1), Key::new("test").number(2));
    keep(&store, &first, b"code");
    fs::remove_dir_all(folder.path().join("cache")).expect("our own folder");
    assert!(store.find(&first).is_none());
    assert_eq!(keep(&store, &second, b"code").content(), b"code");
    assert!(store.find(&second).is_some());
    let staged = store.stage(&first, b"code".to_vec()).expect("staged");
    fs::remove_dir_all(&store.artifacts).expect("our own folder");
    staged.keep(&store).expect("kept");
    assert!(store.find(&first).is_some() && store.failure().is_none());
}

#[test]
fn what_cannot_be_written_stays_in_memory() {
    let (folder, store) = store();
    let cache = folder.path().join("cache");
    fs::remove_dir_all(&cache).expect("our own folder");
    fs::write(&cache, "").expect("a file in its place");
    let artifact = store.keep_content(&Key::new("test"), b"code".to_vec()).expect("in memory");
    assert_eq!(fs::read(artifact.path_to_load()).expect("readable"), b"code");
    assert!(artifact.memory().is_some() && store.find(&Key::new("test")).is_none());
    fs::remove_file(&cache).expect("our own file");
    assert_eq!(keep(&store, &Key::new("test"), b"code").path(), artifact.path(), "where it is once it can be written");
}

#[test]
fn a_store_is_given_up_for_what_is_wrong_with_it_alone() {
    let is_passing = |number| lacks_what_comes_back(&Error::file("open", "store", io::Error::from_raw_os_error(number)));
    assert!([libc::EMFILE, libc::ENFILE, libc::ENOMEM].into_iter().all(is_passing));
    assert!(![libc::EACCES, libc::ENOSPC, libc::EROFS, libc::ENOTDIR].into_iter().any(is_passing));
}
