package dev.pgweir.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one connection. */
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);

    private final Map<String, Page> pages;

    PageHandler(Map<String, Page> pages) {
        this.pages = pages;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!context.channel().isWritable()) {
            // Asks for more without taking what it was given; the answers would pile up in memory.
            context.close();
            return;
        }
        boolean head = request.method().equals(HttpMethod.HEAD);
        boolean readable = !request.decoderResult().isFailure();
        Reply reply = readable ? reply(request, head) : Reply.text(400, "bad request");
        ByteBuf body = Unpooled.wrappedBuffer(reply.body());
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), head ? Unpooled.EMPTY_BUFFER : body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .setInt(HttpHeaderNames.CONTENT_LENGTH, reply.body().length)
                // A probe's answer is true now; and no browser is to take it for anything else.
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set("X-Content-Type-Options", "nosniff");
        if (reply.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        if (!readable) {
            // Where the next request would begin is not known.
            HttpUtil.setKeepAlive(response, false);
        }
        context.writeAndFlush(response);
    }

    private Reply reply(FullHttpRequest request, boolean head) {
        if (!head && !request.method().equals(HttpMethod.GET)) {
            return Reply.text(405, "only GET and HEAD");
        }
        String uri = request.uri();
        int query = uri.indexOf('?');
        Page page = pages.get(query < 0 ? uri : uri.substring(0, query));
        if (page == null) {
            return Reply.text(404, "there are " + String.join(", ", pages.keySet()));
        }
        try {
            return page.get(request.headers().get(HttpHeaderNames.ACCEPT, ""));
        } catch (RuntimeException e) {
            LOG.error("a page of http_addr failed: a fault of PgWeir", e);
            return Reply.text(500, "internal error of PgWeir");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.debug("http_addr: {}", cause.toString());
        }
        context.close();
    }
}
