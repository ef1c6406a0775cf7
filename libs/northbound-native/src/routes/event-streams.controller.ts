import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { factsOfHistory, type EventPlace } from '@downlink/command-engine';
import { FINAL_STATUSES } from '@downlink/command-domain';
import { ErrorAnswer, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NativeAuthentication, sees } from '../authentication.js';
import { problem } from '../errors/problem.js';
import { FollowedCommand } from '../following/followed-command.js';
import { FollowedDevice } from '../following/followed-device.js';
import type { Followed } from '../following/followed.js';
import { lastEventIdOf, notAnEvent, type EventId } from '../following/last-event-id.js';
import { StreamRoom } from '../following/stream-room.js';
import { Documented } from '../openapi/documented.decorator.js';
import { NATIVE_PORTS } from '../tokens.js';
import { streamedEventAnswer, streamQuery } from '../wire/streamed-event-answer.js';
import { read } from '../wire/read.js';
import { findCommand } from './find-command.js';
import { findDevice } from './find-device.js';

const EVENT_STREAM = 'text/event-stream';
const LAST_EVENT_ID = { name: 'Last-Event-ID', description: 'Goes on behind this event, which an earlier stream told' };
const STREAM = { description: 'Server-sent events, each with this as its data', contentType: EVENT_STREAM };

/** Follow what happens while it happens: server-sent events, and after a lost connection the rest of them. */
@Controller('v1')
export class EventStreamsController {
  constructor(
    @Inject(NATIVE_PORTS) private readonly ports: NorthboundPorts,
    @Inject(NativeAuthentication) private readonly authentication: NativeAuthentication,
    @Inject(StreamRoom) private readonly room: StreamRoom,
  ) {}

  @Documented({
    summary: 'Follows a command from its beginning to the event that makes it final',
    key: 'either',
    query: streamQuery,
    headers: [LAST_EVENT_ID],
    answers: {
      200: { ...STREAM, schema: streamedEventAnswer },
      204: { description: 'All of it has been told: a client need not come again' },
    },
    problems: ['unknown-command', 'not-acceptable', 'too-many-streams'],
  })
  @Get('commands/:id/events')
  async ofCommand(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { commandId, state } = await findCommand(this.ports, this.authentication, request);
    const { seconds } = read(streamQuery, request.query);
    const last = lastEventIdOf(request);
    if (last !== undefined && last.commandId !== commandId) throw notAnEvent();
    if (last !== undefined && (await this.isTold(last))) return void reply.code(204).send();
    const followed = new FollowedCommand(this.ports.reader, commandId, last?.version);
    this.open({ request, reply }, followed, { applicationId: state.request.applicationId, seconds });
  }

  @Documented({
    summary:
      "Follows all commands of a device, from now on or from behind an event; one that another device answered is told in the command's own history",
    key: 'either',
    query: streamQuery,
    headers: [LAST_EVENT_ID],
    answers: { 200: { ...STREAM, schema: streamedEventAnswer } },
    problems: ['unknown-device', 'not-acceptable', 'too-many-streams'],
  })
  @Get('devices/:id/events')
  async ofDevice(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.authentication.caller(request);
    const { id, applicationId } = await findDevice(this.ports, (request.params as { id: string }).id, caller);
    const { seconds } = read(streamQuery, request.query);
    const followed = new FollowedDevice(this.ports.reader, id, await this.placeOf(request, id));
    this.open({ request, reply }, followed, { applicationId, seconds });
  }

  private open(
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    followed: Followed,
    { applicationId, seconds }: { readonly applicationId: string; readonly seconds: number | undefined },
  ): void {
    if (!accepts(request.headers.accept)) throw problem('not-acceptable', { detail: `this is ${EVENT_STREAM}` });
    // A stream has no end that a HEAD could be answered at.
    if (request.method === 'HEAD') return void reply.header('content-type', EVENT_STREAM).send();
    const isWelcome = () => this.isWelcome(request, applicationId);
    const lasting = seconds === undefined ? {} : { lastsMs: seconds * 1000 };
    this.room.open(reply, followed, { name: applicationId, isWelcome, ...lasting });
  }

  /** @throws what is no answer to that: the store is away */
  private async isWelcome(request: FastifyRequest, applicationId: string): Promise<boolean> {
    try {
      return sees(await this.authentication.recognised(request), applicationId);
    } catch (error) {
      if (error instanceof ErrorAnswer) return false;
      throw error;
    }
  }

  private async isTold({ commandId, version }: EventId): Promise<boolean> {
    const facts = factsOfHistory(await this.ports.reader.history(commandId));
    if (version > facts.length) throw notAnEvent();
    return facts.some((fact) => fact.version <= version && (FINAL_STATUSES as readonly string[]).includes(fact.status));
  }

  private async placeOf(request: FastifyRequest, deviceId: string): Promise<EventPlace | undefined> {
    const last = lastEventIdOf(request);
    if (last === undefined) return undefined;
    const facts = factsOfHistory(await this.ports.reader.history(last.commandId));
    const fact = facts.find(({ version }) => version === last.version);
    if (fact === undefined || fact.request.deviceId !== deviceId) throw notAnEvent();
    return { at: fact.event.at, ...last };
  }
}

/** Whoever says nothing takes anything (RFC 9110 §12.5.1). */
function accepts(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  const ranges = accept.split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  return ranges.some((range) => ['*/*', 'text/*', EVENT_STREAM].includes(range));
}
