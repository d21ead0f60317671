import { ServicesDocument } from '../../generated/console-operations.ts';
import { Answered } from '../parts/answered.tsx';
import { ViewHeading } from '../parts/section.tsx';
import { formatDay } from '../parts/times.ts';
import { useAnswer } from '../parts/use-answer.ts';
import { useConsole } from '../use-console.ts';

/** For admins: the services that may ask about tokens. */
export function ServicesView() {
  const { api } = useConsole();
  const answer = useAnswer(api, ServicesDocument, {});
  return (
    <>
      <ViewHeading
        title="Services"
        about="Other services that may introspect or revoke tokens, or read the feed of revocations, each with a secret."
      />
      <section className="card" aria-label="All services">
        <Answered
          answer={answer}
          what="services"
          summary={({ services }) => (services.length === 0 ? 'No services yet.' : '')}
        >
          {({ services }) => (
            <ul className="rows">
              {services.map(({ name, createdAt, audience, scopes }) => (
                <li key={name}>
                  <div className="about">
                    <strong>{name}</strong>
                    <small>
                      {audience === null ? 'All tokens' : `Tokens for ${audience}`}, since {formatDay(createdAt)}
                    </small>
                  </div>
                  <div className="actions">
                    {scopes.map((scope) => (
                      <span key={scope} className="tag">
                        {scope}
                      </span>
                    ))}
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Answered>
        <p className="quiet">
          Create one with <code>graphql-simplejwt services create NAME</code>, which prints its secret once, and remove
          it with <code>graphql-simplejwt services delete NAME</code>.
        </p>
      </section>
    </>
  );
}
