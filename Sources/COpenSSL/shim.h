#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What OpenSSL has as macros.
static inline int openssl_forbid_before_tls_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline void openssl_release_buffers(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}
static inline int openssl_ask_for_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}
// What waits in a memory BIO.
static inline int openssl_pending(BIO *bio) { return (int)BIO_pending(bio); }
// The chain that was verified, the peer's own certificate first; none for a resumed session.
static inline int openssl_chain_count(const SSL *session) {
    STACK_OF(X509) *chain = SSL_get0_verified_chain(session);
    return chain ? sk_X509_num(chain) : 0;
}
static inline X509 *openssl_chain_certificate(const SSL *session, int index) {
    return sk_X509_value(SSL_get0_verified_chain(session), index);
}
