import NIOSSL
import Testing

@testable import Collector

@Suite struct `A device's certificate` {
    /// O=kiosk-5, CN=kiosk-1; DNS kiosk-2 and *.shop, URI urn:footfall:device:Kiosk_3 and
    /// https://kiosk-6/, IP 127.0.0.1, email kiosk-7@x, other name kiosk-8.
    private static let pem = """
        -----BEGIN CERTIFICATE-----
        MIICDjCCAbWgAwIBAgIUaE0JUalfAt093igtb/W4eLuBlYAwCgYIKoZIzj0EAwIw
        JDEQMA4GA1UECgwHa2lvc2stNTEQMA4GA1UEAwwHa2lvc2stMTAgFw0yNjExMjMx
        MjEyNDBaGA8yMTI2MTAzMDEyMTI0MFowJDEQMA4GA1UECgwHa2lvc2stNTEQMA4G
        A1UEAwwHa2lvc2stMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKwFpaLovN3T
        bPigeQyYZ9d6hMOAdKGAlogt+UvdPNAklUQHPWUFyZ/Wt1BOMDybKGBJCTUJgHac
        5rRkkUiNaA+jgcIwgb8wHQYDVR0OBBYEFN/FkP8zKoTBpxi+4uC3gvCNiSd7MB8G
        A1UdIwQYMBaAFN/FkP8zKoTBpxi+4uC3gvCNiSd7MA8GA1UdEwEB/wQFMAMBAf8w
        bAYDVR0RBGUwY4IHa2lvc2stMoYbdXJuOmZvb3RmYWxsOmRldmljZTpLaW9za18z
        hhBodHRwczovL2tpb3NrLTYvhwR/AAABgQlraW9zay03QHiCBiouc2hvcKAQBgMq
        AwSgCQwHa2lvc2stODAKBggqhkjOPQQDAgNHADBEAiAzhuLTCrOrGSP742/Z4Dex
        gi9ASQ7DJzInJLzhSLLk3QIgdJhoGWlPLmCcFHVTfPpQuRjdW1XlOEnXjZYKYXdW
        DtE=
        -----END CERTIFICATE-----

        """

    @Test func `names what its subject, its DNS names and its device URIs say, to the letter`()
        throws
    {
        let certificate = try NIOSSLCertificate(bytes: Array(Self.pem.utf8), format: .pem)
        let names = CertificateNames(of: certificate)
        for device in ["kiosk-1", "kiosk-2", "Kiosk_3"] { #expect(names.contains(device)) }
        for device in [
            "kiosk_3", "KIOSK-2", "kiosk-5", "kiosk-6", "kiosk-7", "kiosk-8", "127.0.0.1",
            "urn:footfall:device:Kiosk_3", "a.shop", "", "kiosk",
        ] { #expect(!names.contains(device), "\(device)") }
    }
}
