package dev.pgweir.protocol.message.frontend;

/** What a connection may begin with: the packets without a type byte. */
public sealed interface StartupPacket extends FrontendMessage
        permits StartupMessage, SslRequest, GssEncRequest, CancelRequest {}
