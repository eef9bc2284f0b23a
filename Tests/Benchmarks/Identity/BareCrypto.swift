internal import COpenSSL

/// What identity is made of, by OpenSSL's own calls: no more than one must make.
@safe final class BareCrypto {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer
    private let key = [UInt8](repeating: 3, count: 32)
    private let nonce = [UInt8](repeating: 1, count: 12)
    // As long as a seal's head and an event's id.
    private let associated = [UInt8](repeating: 2, count: 81)
    private var output = [UInt8](repeating: 0, count: 4096)

    /// Looks the cipher up, once.
    init() throws {
        guard let context = unsafe EVP_CIPHER_CTX_new(),
            let algorithm = unsafe EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
        else { throw BenchError("OpenSSL has no ChaCha20-Poly1305") }
        unsafe self.context = context
        unsafe self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe EVP_CIPHER_free(algorithm)
    }

    /// HMAC-SHA-256 in one call; the code's last byte.
    static func code(_ value: [UInt8], key: [UInt8]) -> UInt8 {
        var code = InlineArray<32, UInt8>(repeating: 0)
        var length: UInt32 = 32
        var span = code.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer { output in
            unsafe HMAC(
                EVP_sha256(), key, 32, value, value.count, output.baseAddress, &length)
        }
        return code[31]
    }

    /// A text enciphered under a key; how long it is with its tag, 0 where OpenSSL fails.
    func seal(_ plaintext: [UInt8]) -> Int { seal(plaintext, under: key) }

    /// A key pair of its own, what it shares with `peer`, and a text enciphered under that.
    func agreeAndSeal(_ plaintext: [UInt8], with peer: [UInt8]) -> Int {
        var own: OpaquePointer?
        let maker = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_X25519, nil)
        defer { unsafe EVP_PKEY_CTX_free(maker) }
        guard unsafe EVP_PKEY_keygen_init(maker) == 1, unsafe EVP_PKEY_keygen(maker, &own) == 1
        else { return 0 }
        let other = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, peer, 32)
        let context = unsafe EVP_PKEY_CTX_new(own, nil)
        let derivation = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil)
        defer {
            unsafe EVP_PKEY_free(own)
            unsafe EVP_PKEY_free(other)
            unsafe EVP_PKEY_CTX_free(context)
            unsafe EVP_PKEY_CTX_free(derivation)
        }
        var shared = [UInt8](repeating: 0, count: 32)
        var sealKey = [UInt8](repeating: 0, count: 32)
        var (sharedCount, count) = (32, 32)
        let isMade =
            unsafe EVP_PKEY_derive_init(context) == 1
            && EVP_PKEY_derive_set_peer(context, other) == 1
            && EVP_PKEY_derive(context, &shared, &sharedCount) == 1
            && EVP_PKEY_derive_init(derivation) == 1
            && EVP_PKEY_CTX_set_hkdf_md(derivation, EVP_sha256()) == 1
            && EVP_PKEY_CTX_set1_hkdf_salt(derivation, peer, 32) == 1
            && EVP_PKEY_CTX_set1_hkdf_key(derivation, shared, 32) == 1
            && EVP_PKEY_CTX_add1_hkdf_info(derivation, nonce, 12) == 1
            && EVP_PKEY_derive(derivation, &sealKey, &count) == 1
        return isMade ? seal(plaintext, under: sealKey) : 0
    }

    private func seal(_ plaintext: [UInt8], under key: [UInt8]) -> Int {
        let length = Int32(plaintext.count)
        return unsafe output.withUnsafeMutableBufferPointer { output in
            guard let start = output.baseAddress else { return 0 }
            var count: Int32 = 0
            let isSealed =
                unsafe EVP_EncryptInit_ex(context, algorithm, nil, key, nonce) == 1
                && EVP_EncryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1
                && EVP_EncryptUpdate(context, start, &count, plaintext, length) == 1
                && EVP_EncryptFinal_ex(context, start + Int(count), &count) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, start + Int(length)) == 1
            return isSealed ? plaintext.count + 16 : 0
        }
    }
}
