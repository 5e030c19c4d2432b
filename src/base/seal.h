/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * seal: fingerprints of files, and signatures under statements about them.
 *
 * Does: BLAKE2b-256 (RFC 7693) of bytes and files; one Ed25519 (RFC 8032) key
 *       for each user, made on first use and readable by that user alone;
 *       sign, verify, and a list of signers one knows by name.
 * Does not: encrypt, keep passwords, or say that a signer is trustworthy: that
 *           is what the reader's list of known signers is for.
 */
#ifndef ONTSCHOT_BASE_SEAL_H
#define ONTSCHOT_BASE_SEAL_H

#include "base/arena.h"
#include "base/err.h"

enum {
    SEAL_HASH_HEX = 64,
    SEAL_PUBLIC_TEXT = 72, /* "ed25519:" and 64 hexadecimal digits */
    SEAL_SIGNATURE_HEX = 128,
    SEAL_FINGERPRINT_TEXT = 24, /* "1a2b 3c4d 5e6f 7a8b 9c0d" */
    SEAL_SIGNERS_BYTES_MAX = 1 << 20,
};

struct seal_hash {
    unsigned char byte[32];
};
struct seal_public {
    unsigned char byte[32];
};
struct seal_signature {
    unsigned char byte[64];
};

/* ---- fingerprints ---- */

struct seal_hash seal_hash_bytes(str bytes);
/* Reads a regular file in pieces, so that its size does not matter. E_NOT_FOUND, E_INPUT, E_IO. */
WARN_UNUSED err seal_hash_file(str path, struct seal_hash *hash, uint64_t *size,
                               struct err_info *info);
bool seal_hash_eq(struct seal_hash a, struct seal_hash b);

/* Each prints exactly as many characters as its name says, without a terminator. */
void seal_print_hash(struct seal_hash h, char text[SEAL_HASH_HEX]);
void seal_print_public(struct seal_public p, char text[SEAL_PUBLIC_TEXT]);
void seal_print_signature(struct seal_signature s, char text[SEAL_SIGNATURE_HEX]);
/* What two people read to each other over the telephone. */
void seal_print_fingerprint(struct seal_public p, char text[SEAL_FINGERPRINT_TEXT]);

/* False when the text is anything else than what the function above prints. */
bool seal_parse_hash(str text, struct seal_hash *h);
bool seal_parse_public(str text, struct seal_public *p);
bool seal_parse_signature(str text, struct seal_signature *s);

/* ---- the signing key ---- */

typedef struct seal_key seal_key;

/*
 * The key in `folder`, made when there is none (`made` says so): signing.key,
 * which only the user may read, and signing.pub, the line to give to others.
 * The folder is made too. E_INPUT when the file is no key or others may read
 * it; E_IO, E_NOMEM.
 */
WARN_UNUSED err seal_key_open(str folder, seal_key **key, bool *made, struct err_info *info);
void seal_key_free(seal_key *key); /* wipes it; NULL is fine */
struct seal_public seal_key_public(const seal_key *key);

struct seal_signature seal_sign(const seal_key *key, str statement);
bool seal_verify(struct seal_public signer, str statement, struct seal_signature signature);

/* ---- signers one knows ---- */

struct seal_signer {
    struct seal_public key;
    str name;
};
struct seal_signers {
    const struct seal_signer *signer;
    size_t n;
};

/*
 * Lines of "ed25519:<64 digits> <name>"; empty lines and lines that start with
 * # are skipped. E_INPUT with the line when it is anything else or a key is
 * listed twice. Names are borrowed from `text`.
 */
WARN_UNUSED err seal_signers_parse(arena *a, str text, str name, struct seal_signers *signers,
                                   struct err_info *info);

/* The name of a signer; empty when unknown. `signers` NULL: nobody is known. */
str seal_signer_name(const struct seal_signers *signers, struct seal_public key);

#endif
