internal import COpenSSL

/// SHA-256 (FIPS 180-4) and what is built on it, by libcrypto.
public enum Digest {
    /// The 32 bytes of SHA-256.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = unsafe bytes.withUnsafeBufferPointer { input in
            unsafe digest.withUnsafeMutableBufferPointer { output in
                unsafe SHA256(input.baseAddress, input.count, output.baseAddress)
            }
        }
        return digest
    }

    /// The 32 bytes of HMAC-SHA-256 (RFC 2104) of `bytes` under `key`.
    public static func authenticate(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 32
        _ = unsafe key.withUnsafeBufferPointer { secret in
            unsafe bytes.withUnsafeBufferPointer { input in
                unsafe code.withUnsafeMutableBufferPointer { output in
                    unsafe HMAC(
                        EVP_sha256(), secret.baseAddress, Int32(secret.count), input.baseAddress,
                        input.count, output.baseAddress, &length)
                }
            }
        }
        return code
    }

    /// Whether two texts are equal, in a time that depends on their lengths alone.
    public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count, !left.isEmpty else { return left.count == right.count }
        return unsafe left.withUnsafeBufferPointer { first in
            unsafe right.withUnsafeBufferPointer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else {
                    return false
                }
                return unsafe CRYPTO_memcmp(first, second, left.count) == 0
            }
        }
    }
}

/// SHA-256 again and again: what OpenSSL looks up for each digest is looked up once.
///
/// On one thread at a time.
@safe public final class DigestContext {
    private let context: OpaquePointer?
    private let algorithm: OpaquePointer?

    /// Looks the algorithm up.
    public init() {
        unsafe context = EVP_MD_CTX_new()
        unsafe algorithm = EVP_MD_fetch(nil, "SHA256", nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// The first eight of the digest's 32 bytes, the highest first.
    public func firstWord(of bytes: [UInt8]) -> UInt64 {
        let digest = sha256(bytes.span)
        var word: UInt64 = 0
        for index in 0..<8 { word = word << 8 | UInt64(digest[index]) }
        return word
    }

    /// The 32 bytes of SHA-256.
    public func sha256(_ bytes: Span<UInt8>) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        unsafe bytes.withUnsafeBytes { input in
            var output = digest.mutableSpan
            unsafe output.withUnsafeMutableBufferPointer { output in
                let isMade =
                    unsafe context != nil && EVP_DigestInit_ex2(context, algorithm, nil) == 1
                    && EVP_DigestUpdate(context, input.baseAddress, input.count) == 1
                    && EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1
                if !isMade { _ = unsafe SHA256(input.baseAddress, input.count, output.baseAddress) }
            }
        }
        return digest
    }

    /// HMAC-SHA-256 (RFC 2104) of a word, a zero and bytes.
    func authenticate(
        _ word: StaticString, _ bytes: Span<UInt8>, under key: IdentityKey
    ) -> InlineArray<32, UInt8> {
        // Room for a padding and the longest word, or a padding and a digest.
        var message = RawText(capacity: 64 + max(16 + bytes.count, 32))
        message.append(key.innerPad.span)
        message.append(word)
        message.append(0)
        message.append(bytes)
        let inner = message.read { sha256($0) }
        message.keep(first: 0)
        message.append(key.outerPad.span)
        message.append(inner.span)
        return message.read { sha256($0) }
    }
}
