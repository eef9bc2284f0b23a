internal import COpenSSL
internal import Events

/// X25519 (RFC 7748) by libcrypto.
enum KeyAgreement {
    /// The public key of a private one; nil where libcrypto fails.
    static func publicKey(of secret: [UInt8]) -> [UInt8]? {
        guard let key = unsafe privateKey(secret) else { return nil }
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe publicKey(key)
    }

    /// The public key of a private one, and what its holder shares with that of `peer`.
    static func agree(
        _ secret: [UInt8], with peer: [UInt8]
    ) -> (publicKey: [UInt8], shared: [UInt8])? {
        guard let own = unsafe privateKey(secret) else { return nil }
        defer { unsafe EVP_PKEY_free(own) }
        guard let key = unsafe publicKey(own), let bytes = unsafe shared(own, peer) else {
            return nil
        }
        return (key, bytes)
    }

    private static func publicKey(_ key: OpaquePointer) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        let isMade = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe EVP_PKEY_get_raw_public_key(key, $0.baseAddress, &count) == 1
        }
        return isMade && count == 32 ? bytes : nil
    }

    /// What the holders of two key pairs share; nil for a peer's key that makes it zero.
    static func shared(_ secret: [UInt8], with peer: [UInt8]) -> [UInt8]? {
        agree(secret, with: peer)?.shared
    }

    private static func shared(_ own: OpaquePointer, _ peer: [UInt8]) -> [UInt8]? {
        let other = unsafe peer.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, $0.baseAddress, $0.count)
        }
        guard let other = unsafe other else { return nil }
        defer { unsafe EVP_PKEY_free(other) }
        guard let context = unsafe EVP_PKEY_CTX_new(own, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        let isMade = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe EVP_PKEY_derive_init(context) == 1
                && EVP_PKEY_derive_set_peer(context, other) == 1
                && EVP_PKEY_derive(context, $0.baseAddress, &count) == 1
        }
        return isMade && count == 32 ? bytes : nil
    }

    /// HKDF-SHA-256 (RFC 5869), 32 bytes; nil where libcrypto fails.
    static func derive(from secret: [UInt8], salt: [UInt8], info: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = 32
        let isMade = unsafe bytes.withUnsafeMutableBufferPointer { output in
            unsafe secret.withUnsafeBufferPointer { secret in
                unsafe salt.withUnsafeBufferPointer { salt in
                    unsafe info.withUnsafeBufferPointer { info in
                        unsafe EVP_PKEY_derive_init(context) == 1
                            && EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1
                            && EVP_PKEY_CTX_set1_hkdf_salt(
                                context, salt.baseAddress, Int32(salt.count)) == 1
                            && EVP_PKEY_CTX_set1_hkdf_key(
                                context, secret.baseAddress, Int32(secret.count)) == 1
                            && EVP_PKEY_CTX_add1_hkdf_info(
                                context, info.baseAddress, Int32(info.count)) == 1
                            && EVP_PKEY_derive(context, output.baseAddress, &count) == 1
                    }
                }
            }
        }
        return isMade && count == 32 ? bytes : nil
    }

    /// Overwrites what must not stay in memory.
    static func wipe(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    private static func privateKey(_ secret: [UInt8]) -> OpaquePointer? {
        unsafe secret.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, $0.baseAddress, $0.count)
        }
    }
}
