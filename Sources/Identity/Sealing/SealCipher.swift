internal import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439) under one key, by libcrypto.
///
/// On one thread at a time.
@safe final class SealCipher {
    static let tagBytes = 16

    private let context: OpaquePointer?
    private let algorithm: OpaquePointer?
    private var key: [UInt8]
    // In which direction the context has cipher and key; then a nonce is all that it needs.
    private var direction: Int32?

    /// Takes the 32 bytes of the key.
    init(key: [UInt8]) {
        self.key = key
        unsafe context = EVP_CIPHER_CTX_new()
        unsafe algorithm = EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
    }

    deinit {
        KeyAgreement.wipe(&key)
        unsafe EVP_CIPHER_CTX_free(context)
        unsafe EVP_CIPHER_free(algorithm)
    }

    /// Authenticates a text, and puts `plaintext`, enciphered, and the tag behind its head; false
    /// where libcrypto fails.
    ///
    /// - Parameters:
    ///   - counter: the nonce; never twice under one key.
    ///   - headCount: as much of the text stays.
    func seal(
        _ plaintext: [UInt8], counter: UInt32, in text: inout [UInt8], keeping headCount: Int
    ) -> Bool {
        guard begin(1, counter, text) else { return false }
        text.removeLast(text.count - headCount)
        let length = plaintext.count + Self.tagBytes
        var isSealed = false
        text.append(addingCapacity: length) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, written in
                guard let base = buffer.baseAddress else { return }
                let start = unsafe base + written
                var count: Int32 = 0
                let isWritten = unsafe plaintext.withUnsafeBufferPointer {
                    unsafe EVP_EncryptUpdate(
                        context, start, &count, $0.baseAddress, Int32($0.count)) == 1
                        && EVP_EncryptFinal_ex(context, start + Int(count), &count) == 1
                }
                isSealed =
                    unsafe isWritten
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes),
                        start + plaintext.count) == 1
                if isSealed { written += length }
            }
        }
        return isSealed
    }

    /// What was sealed; nil where key, nonce, associated data or bytes are others.
    func open(_ sealed: [UInt8], counter: UInt32, associated: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.tagBytes else { return nil }
        let length = sealed.count - Self.tagBytes
        var tag = Array(sealed[length...])
        // One byte more, so that there is an address where nothing was sealed.
        var output = [UInt8](repeating: 0, count: length + 1)
        let isOpen = unsafe output.withUnsafeMutableBufferPointer { output in
            guard begin(0, counter, associated), let start = output.baseAddress else {
                return false
            }
            var count: Int32 = 0
            let isTagged = unsafe tag.withUnsafeMutableBufferPointer {
                unsafe EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes), $0.baseAddress) == 1
            }
            return unsafe sealed.withUnsafeBufferPointer {
                unsafe isTagged
                    && EVP_DecryptUpdate(context, start, &count, $0.baseAddress, Int32(length)) == 1
                    && EVP_DecryptFinal_ex(context, start + Int(count), &count) == 1
            }
        }
        guard isOpen else { return nil }
        output.removeLast()
        return output
    }

    /// Begins to encipher (1) or decipher (0), and takes the associated data.
    private func begin(_ direction: Int32, _ counter: UInt32, _ associated: [UInt8]) -> Bool {
        // RFC 8439 §2.3: 96 bits; the counter is the last of them, big-endian.
        var nonce = InlineArray<12, UInt8>(repeating: 0)
        for index in 0..<4 {
            nonce[11 - index] = UInt8(truncatingIfNeeded: counter >> UInt32(8 * index))
        }
        let isBegun = unsafe key.withUnsafeBufferPointer { key in
            unsafe nonce.span.withUnsafeBufferPointer { nonce in
                let isKeyed = self.direction == direction
                return unsafe context != nil && algorithm != nil
                    && EVP_CipherInit_ex(
                        context, isKeyed ? nil : algorithm, nil, isKeyed ? nil : key.baseAddress,
                        nonce.baseAddress, direction) == 1
            }
        }
        self.direction = isBegun ? direction : nil
        var count: Int32 = 0
        return unsafe associated.withUnsafeBufferPointer {
            unsafe isBegun
                && EVP_CipherUpdate(context, nil, &count, $0.baseAddress, Int32($0.count)) == 1
        }
    }
}
