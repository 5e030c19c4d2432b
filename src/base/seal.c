/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define PUBLIC_PREFIX STR("ed25519:")

_Static_assert(crypto_generichash_BYTES == sizeof(struct seal_hash), "BLAKE2b-256");
_Static_assert(crypto_sign_PUBLICKEYBYTES == sizeof(struct seal_public), "Ed25519 public key");
_Static_assert(crypto_sign_BYTES == sizeof(struct seal_signature), "Ed25519 signature");

/* ---- fingerprints ---- */

struct seal_hash seal_hash_bytes(str bytes)
{
    struct seal_hash h;
    crypto_generichash(h.byte, sizeof h.byte, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    return h;
}

/* The open file to its end; false with errno. */
static bool hash_open_file(int fd, struct seal_hash *hash, uint64_t *size)
{
    unsigned char piece[1 << 15];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash->byte);
    *size = 0;
    for (;;) {
        const ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        crypto_generichash_update(&state, piece, (size_t)n);
        *size += (uint64_t)n;
    }
    crypto_generichash_final(&state, hash->byte, sizeof hash->byte);
    return true;
}

err seal_hash_file(str path, struct seal_hash *hash, uint64_t *size, struct err_info *info)
{
    arena *a = arena_new(1 << 16);
    const str name = a ? arena_str(a, path) : (str){NULL, 0};
    if (!name.p) {
        arena_free(a);
        return err_nomem(info);
    }
    /* without waiting: a pipe that nobody writes to is no file, and refused below */
    const int fd = open(name.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    err e = OK;
    if (fd < 0 || fstat(fd, &st) != 0) {
        e = err_io(info, "seal.cannot-read", path);
    } else if (!S_ISREG(st.st_mode)) { /* a device may never end */
        e = err_text(info, E_INPUT, "file.not-regular", path);
        err_at(info, path, 0, 0);
    } else if (!hash_open_file(fd, hash, size)) {
        e = err_io(info, "seal.cannot-read", path);
    }
    if (fd >= 0)
        close(fd);
    arena_free(a);
    return e;
}

bool seal_hash_eq(struct seal_hash a, struct seal_hash b)
{
    return sodium_memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

static void print_hex(const unsigned char *byte, size_t n, char *text)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digit[byte[i] >> 4];
        text[2 * i + 1] = digit[byte[i] & 15];
    }
}

static bool hex_value(char c, unsigned *v)
{
    if (c >= '0' && c <= '9')
        *v = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *v = (unsigned)(c - 'a') + 10;
    else
        return false;
    return true;
}

/* Only what print_hex writes, so that one hash has one spelling. */
static bool parse_hex(str text, unsigned char *byte, size_t n)
{
    if (text.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned high, low;
        if (!hex_value(text.p[2 * i], &high) || !hex_value(text.p[2 * i + 1], &low))
            return false;
        byte[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void seal_print_hash(struct seal_hash h, char text[SEAL_HASH_HEX])
{
    print_hex(h.byte, sizeof h.byte, text);
}

void seal_print_public(struct seal_public p, char text[SEAL_PUBLIC_TEXT])
{
    for (size_t i = 0; i < PUBLIC_PREFIX.n; i++)
        text[i] = PUBLIC_PREFIX.p[i];
    print_hex(p.byte, sizeof p.byte, text + PUBLIC_PREFIX.n);
}

void seal_print_signature(struct seal_signature s, char text[SEAL_SIGNATURE_HEX])
{
    print_hex(s.byte, sizeof s.byte, text);
}

void seal_print_fingerprint(struct seal_public p, char text[SEAL_FINGERPRINT_TEXT])
{
    char hex[SEAL_HASH_HEX];
    seal_print_hash(seal_hash_bytes((str){(const char *)p.byte, sizeof p.byte}), hex);
    for (size_t i = 0, at = 0; i < SEAL_FINGERPRINT_TEXT; i++)
        text[i] = i % 5 == 4 ? ' ' : hex[at++];
}

bool seal_parse_hash(str text, struct seal_hash *h)
{
    return parse_hex(text, h->byte, sizeof h->byte);
}

bool seal_parse_public(str text, struct seal_public *p)
{
    return str_starts(text, PUBLIC_PREFIX) &&
           parse_hex(str_cut(text, PUBLIC_PREFIX.n, text.n), p->byte, sizeof p->byte);
}

bool seal_parse_signature(str text, struct seal_signature *s)
{
    return parse_hex(text, s->byte, sizeof s->byte);
}

/* ---- signatures ---- */

bool seal_verify(struct seal_public signer, str statement, struct seal_signature signature)
{
    return crypto_sign_verify_detached(signature.byte, (const unsigned char *)statement.p,
                                       statement.n, signer.byte) == 0;
}

/* ---- signers one knows ---- */

static size_t count_lines(str text)
{
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static bool parse_signer(str line, struct seal_signer *signer)
{
    size_t space;
    if (!str_find(line, ' ', &space))
        return false;
    signer->name = str_trim(str_cut(line, space, line.n));
    return signer->name.n && str_is_utf8(signer->name) &&
           seal_parse_public(str_cut(line, 0, space), &signer->key);
}

err seal_signers_parse(arena *a, str text, str name, struct seal_signers *signers,
                       struct err_info *info)
{
    struct seal_signer *list = ARENA_NEW(a, struct seal_signer, count_lines(text));
    if (!list)
        return err_nomem(info);
    struct seal_signers known = {list, 0};
    int64_t at = 0;
    for (str line; str_next(&text, '\n', &line);) {
        at++;
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        const char *wrong = NULL;
        struct seal_signer one;
        if (!parse_signer(line, &one))
            wrong = "seal.bad-signer-line";
        else if (seal_signer_name(&known, one.key).n)
            wrong = "seal.signer-twice";
        if (wrong) {
            err_set(info, E_INPUT, wrong);
            err_at(info, name, at, 1);
            return E_INPUT;
        }
        list[known.n++] = one;
    }
    *signers = known;
    return OK;
}

str seal_signer_name(const struct seal_signers *signers, struct seal_public key)
{
    for (size_t i = 0; signers && i < signers->n; i++)
        if (sodium_memcmp(signers->signer[i].key.byte, key.byte, sizeof key.byte) == 0)
            return signers->signer[i].name;
    return (str){"", 0};
}
